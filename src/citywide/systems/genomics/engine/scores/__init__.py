"""Polygenic scores: files of weights, matched to a study, summed for everybody."""
