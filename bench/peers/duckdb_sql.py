"""DuckDB with `tallies.sql`: the log in its own table, the calendar in two small ones, and the rulebook's words as parameters."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.log import AS_OF, POSTS
from bench.peers.dates import days, working

SQL = Path(__file__).with_name("tallies.sql")
SATISFIED, UNSATISFIED = ["满意", "基本满意", "比较满意", "非常满意"], ["不满意", "非常不满意"]
WORDS = {
    "as_of": AS_OF,
    "posts": [*POSTS],
    "satisfied": SATISFIED,
    "rated": [*SATISFIED, *UNSATISFIED],
    "day_ms": 25_200_000,
}


def loaded(path: Path) -> Callable[[], list[list[Any]]]:
    """The events loaded, as what then gives [measure, unit, channel, month, count, breaches]."""
    import duckdb  # type: ignore[import-not-found,unused-ignore]

    db = duckdb.connect()
    db.execute("""create table events as select * rename ("at" as ms) from read_parquet($path)""", {"path": str(path)})
    for name, frame in {"days": days(), "working": working()}.items():
        db.register("frame", frame.to_arrow())
        db.execute(f"create table {name} as select * from frame")

    def tallies() -> list[list[Any]]:
        for statement in db.extract_statements(SQL.read_text("utf-8")):
            db.execute(statement, {name: WORDS[name] for name in statement.named_parameters})
        return sorted([*row] for row in db.fetchall())

    return tallies
