"""The commands of the genomics system."""
