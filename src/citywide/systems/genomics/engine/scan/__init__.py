"""A whole scan: what is asked, the plan, its parts and pieces, what is kept on the way, how it ends."""
