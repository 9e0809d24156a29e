"""More than one process: parts of the city are kept by workers, by leases in the database."""
