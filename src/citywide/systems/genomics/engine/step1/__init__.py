"""Whole-genome ridge regression: predictions that take relatedness and strata off a trait."""
