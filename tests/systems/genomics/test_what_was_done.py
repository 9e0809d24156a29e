"""What was done with the data is found at once, however much else the city has put down."""

from citywide.hub.database.pool import rows
from citywide.hub.database.queries import queries_of
from citywide.hub.testing import TrialCity
from citywide.systems.genomics import SYSTEM

MUCH = """
insert into evidence.entry (index, kind, at, body, leaf)
select number, case when number % 5000 = 0 then 'study' else 'note' end, now(), '{}', sha256(number::text::bytea)
from generate_series(1000, 30999) number
"""


def test_studies_are_read_without_going_through_everything_else(city: TrialCity) -> None:
    query = queries_of(SYSTEM.folder)["study_evidence"]
    with city.hub.database.transaction() as connection:
        connection.execute(MUCH)
        connection.execute("analyze evidence.entry")
        plan = "\n".join(line for (line,) in connection.execute("explain " + query))
        found = [row["index"] for row in rows(connection, query)]
    assert "entry_study" in plan
    assert found == [30000, 25000, 20000, 15000, 10000, 5000]
