"""What became of a fit, as the kernel says it."""

FINE, NO_CALLS, ONE_GENOTYPE, TOO_FEW, COLLINEAR, NO_VARIANCE, SEPARATED, NOT_CONVERGED = range(8)
NOTES = (
    "ok",
    "no calls",
    "one genotype",
    "too few people",
    "collinear with covariates",
    "trait does not vary",
    "separated",
    "fit did not converge",
)
