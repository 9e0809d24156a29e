"""The HTTP door: readings in, pages, cases, evidence and live events out."""
