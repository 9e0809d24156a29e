"""Accuracy against published answers, speed as a ratio, both sides in one run."""
