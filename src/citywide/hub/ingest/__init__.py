"""From the wire to the table: identity, duplicates, group commit, and the worker that owns a part of the city."""
