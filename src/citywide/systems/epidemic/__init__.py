"""Early warning of epidemics: forecast, detect, trace, allocate."""
