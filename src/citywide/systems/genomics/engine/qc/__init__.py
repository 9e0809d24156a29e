"""What a study looks like before anybody scans it: quality, linkage, kinship, components."""
