"""Exports opened by the programs they are for, PM4Py and DuckDB, which stand in an environment of their own: Kaoping needs neither.

PM4Py is under the AGPL, so it is never imported here: another interpreter reads the files and says what it read.
"""

import json
import os
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from calendars.instants import read_iso
from tests.kaoping.test_cli import Run, run
from tests.kaoping.test_exports import lines

__all__ = ["run"]
ROOT = Path(__file__).parents[2]
PEER = str(ROOT / os.environ.get("KAOPING_PM4PY", ".venv-bench/bin/python"))
PM4PY = """
import json, sys, warnings
warnings.simplefilter("ignore")
import pm4py
log = pm4py.read_xes("a.xes", variant="iterparse")
ocel = pm4py.read_ocel2_json("a.jsonocel")
told = {
    "cases": log["case:concept:name"].nunique(), "activities": log["concept:name"].value_counts().to_dict(),
    "at": sorted(int(at.timestamp() * 1000 + 0.5) for at in log["time:timestamp"]), "units": sorted(set(log["org:resource"].dropna())),
    "starts": pm4py.get_start_activities(log), "edges": sum(pm4py.discover_dfg(log)[0].values()),
    "events": ocel.events["ocel:activity"].value_counts().to_dict(),
    "objects": ocel.objects["ocel:type"].value_counts().to_dict(), "relations": len(ocel.relations), "o2o": len(ocel.o2o),
}
print("TOLD" + json.dumps(told, default=int))
"""
DUCKDB = """
import json, duckdb
sums = {
    "a.parquet": "sum(at_ms), sum(epoch_ms(\\"at\\")), sum(limit_days)",
    "a.csv": "sum(epoch_ms(\\"at\\"::timestamptz))",
}
told = {
    name: duckdb.sql(f"select kind, count(*), {measure} from '{name}' group by kind order by kind").fetchall()
    for name, measure in sums.items()
}
print("TOLD" + json.dumps(told, default=str))
"""


@cache
def lacking(module: str) -> str:
    """Why a program cannot be asked, or nothing."""
    if not Path(PEER).exists():
        return f"there is no interpreter at {PEER}: `make peers` makes one, KAOPING_PM4PY names another"
    found = subprocess.run(
        [PEER, "-c", f"import importlib.util as u; print(u.find_spec('{module}'))"], capture_output=True, text=True
    )
    return f"{PEER} has no {module}: `make peers` installs it" if "None" in found.stdout else ""


def told_by(script: str, module: str) -> Any:
    if why := lacking(module):
        pytest.skip(why)
    ran = subprocess.run([PEER, "-c", script], capture_output=True, text=True, timeout=300)
    assert "TOLD" in ran.stdout, ran.stderr[-2000:]
    return json.loads(ran.stdout.rpartition("TOLD")[2])


@pytest.fixture
def month(run: Run) -> list[dict[str, Any]]:
    """The sample month, exported in each format; its facts."""
    assert run("import", *(str(ROOT / "data" / "samples" / name) for name in ("units.jsonl", "2023-05.csv"))).code == 0
    for format_, name in (("xes", "a.xes"), ("ocel", "a.jsonocel"), ("csv", "a.csv"), ("parquet", "a.parquet")):
        assert run("export", "--format", format_, "--out", name, "--lang", "en").code == 0
    return lines(run("export").out)


@pytest.mark.slow  # another interpreter with large libraries
def test_pm4py_reads_what_was_written(month: list[dict[str, Any]]) -> None:
    told = told_by(PM4PY, "pm4py")
    of_tickets = [fact for fact in month if "ticket" in fact]
    tickets = {fact["ticket"] for fact in of_tickets}
    assert told["cases"] == told["objects"]["ticket"] == len(tickets)
    assert told["activities"] == Counter(fact["kind"] for fact in of_tickets)
    assert told["events"] == Counter(fact["kind"] for fact in month)
    assert told["at"] == sorted(read_iso(fact["at"]) for fact in of_tickets)
    assert told["starts"] == {"dispatch": len(tickets)}
    assert told["edges"] == len(of_tickets) - len(tickets)
    assert told["objects"]["unit"] == 12
    assert told["relations"] == sum(("ticket" in fact) + ("unit" in fact) for fact in month)
    assert told["o2o"] == len(
        {(fact["ticket"], fact["unit"], fact["role"]) for fact in month if fact["kind"] == "dispatch"}
    )
    assert {*told["units"]} <= {fact["unit"] for fact in month if fact["kind"] == "enrol"}


@pytest.mark.slow  # another interpreter
def test_duckdb_reads_what_was_written(month: list[dict[str, Any]]) -> None:
    told = told_by(DUCKDB, "duckdb")
    kinds = sorted({fact["kind"] for fact in month})
    for name in ("a.parquet", "a.csv"):
        assert [row[0] for row in told[name]] == kinds
    for kind, row, plain in zip(kinds, told["a.parquet"], told["a.csv"], strict=True):
        facts = [fact for fact in month if fact["kind"] == kind]
        at = sum(read_iso(fact["at"]) for fact in facts)
        assert [int(one) for one in (*row[1:4], *plain[1:])] == [len(facts), at, at, len(facts), at]
        days = sum(fact.get("limit_days", 0) for fact in facts)
        assert float(row[4] or 0) == days
