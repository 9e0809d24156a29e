"""PostgreSQL: the embedded cluster, connections, named queries and migrations."""
