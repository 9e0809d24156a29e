"""Genomics: the biobank's engine and, on the hub, its studies."""
