"""The people behind the numbers: who fell ill, beside whom, and whom to call first."""
