"""Accuracy against published answers and speed as a ratio, both sides in one run: `python -m benchmarks NAME`."""
