"""Words that two or more systems share, one file per publisher."""
