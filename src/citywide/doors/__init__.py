"""Ways in and out that follow a standard and belong to no one system."""
