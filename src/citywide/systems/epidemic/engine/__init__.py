"""Solvers on plain arrays; they know nothing of the hub."""
