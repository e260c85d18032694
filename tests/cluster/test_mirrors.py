"""What is scored from mirrors on Spark is what their ledgers score, to the byte."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.test_cluster import ROOT, without_now
from tests.kaoping.test_cli import Run, run

__all__ = ["run"]

pytestmark = pytest.mark.slow
MORE = """\
{"kind":"finding","unit":"茅店镇","item":"praise","document":"×府办〔2023〕2号","at":"2023-05-21T10:00:00+08:00"}
"""


def test_mirrors_on_spark_score_as_their_ledgers(session: Any, run: Run) -> None:
    run("import", str(ROOT / "data" / "samples" / "2023-05.csv"))
    run("import", str(ROOT / "data" / "samples" / "units.jsonl"))
    first = run("score", "2023-05", "--json").out
    run("mirror", "first")
    Path("more.jsonl").write_text(MORE, "utf-8")
    assert run("import", "more.jsonl").code == 0
    run("mirror", "second")
    there = ("--engine", "spark", "--master", "local[2]")
    scored = run("score", "2023-05", "--json", "--mirror", "first", *there)
    assert scored.code == 0, scored.err
    assert without_now(scored.out) == without_now(first)
    both = json.loads(run("score", "2023-05", "--json", "--mirror", "first", "--mirror", "second", *there).out)[
        "ledgers"
    ]
    assert [one["mirror"] for one in both] == ["first", "second"]
    for one, path in zip(both, ("first", "second"), strict=True):
        alone = json.loads(run("score", "2023-05", "--json", "--mirror", path).out)
        both_told = {name: value for name, value in one.items() if name not in ("mirror", "checkpoint")}
        assert json.loads(without_now(json.dumps(both_told))) == json.loads(without_now(json.dumps(alone)))
