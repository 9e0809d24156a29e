"""From the wire to the table: identity, duplicates, group commit, and who keeps which part."""
