"""The system's own tables: the named queries that read and write them."""

from pathlib import Path

from citywide.hub.database.queries import read_queries

SQL = read_queries(Path(__file__).with_name("record.sql").read_text(encoding="utf-8"))
