"""Text to category, places in text, hot spots: plain lists and arrays in, plain arrays out."""
