"""A file is sent whole, and what the hub refuses is named by its row."""

import pyarrow as pa
import pytest
from pyarrow import parquet

from citywide.hub.ingest.batch import Receipt, Refusal
from citywide.hub.replay import files

ROWS = """entity,quantity,time,value
gauge/elm,water_depth,2026-03-02T08:00:00Z,3
gauge/oak,water_depth,2026-03-02T08:00:00Z,4
"""


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[pa.Table]:
    """What was posted; the second of three tries gets no answer, and the second row is refused."""
    tables: list[pa.Table] = []

    def post(body: bytes, _url: str, _token: str) -> Receipt | None:
        tables.append(pa.ipc.open_stream(body).read_all())
        refusal = Refusal("readings[1].entity", "unknown entity", "the id of a registered entity")
        return None if len(tables) == 1 else Receipt(accepted=1, refused=[refusal], refused_count=1)

    monkeypatch.setattr(files, "_post", post)
    return tables


def test_a_batch_without_an_answer_is_sent_again_and_refusals_name_their_row(tmp_path, sent) -> None:
    file = tmp_path / "readings.csv"
    file.write_text(ROWS)
    receipts = list(files.send(files.read_file(file), "http://hub", "token"))
    assert len(sent) == 2
    assert sent[0] == sent[1]
    assert receipts[0].refused[0].where == "row 2.entity"


def test_csv_json_lines_and_parquet_say_the_same(tmp_path) -> None:
    csv = tmp_path / "a.csv"
    csv.write_text(ROWS)
    table = files.read_file(csv)
    parquet.write_table(table, tmp_path / "a.parquet")
    lines = [f'{{"entity": "{row["entity"]}", "quantity": "{row["quantity"]}", "time": "2026-03-02T08:00:00Z", '
             f'"value": {row["value"]}}}' for row in table.to_pylist()]  # fmt: skip
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    assert files.read_file(tmp_path / "a.parquet").to_pylist() == table.to_pylist()
    assert files.read_file(tmp_path / "a.jsonl")["entity"].to_pylist() == table["entity"].to_pylist()


def test_a_file_that_lacks_a_column_is_named(tmp_path) -> None:
    (tmp_path / "a.csv").write_text("entity,value\na,1\n")
    with pytest.raises(files.ReplayError, match="lacks the columns quantity, time"):
        files.read_file(tmp_path / "a.csv")
