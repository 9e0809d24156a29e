"""Every series watched each morning, and what is made of it."""
