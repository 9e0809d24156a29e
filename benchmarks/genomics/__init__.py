"""Scans, scores, quality and step one against plink2 and float64."""
