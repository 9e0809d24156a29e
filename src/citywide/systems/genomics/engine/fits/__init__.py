"""One block of variants against every trait: designs, least squares, score tests, exact fits."""
