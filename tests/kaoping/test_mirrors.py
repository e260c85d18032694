"""A mirror carried away scores what its ledger scores, alone and beside others; what is not as it was written is refused."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ledger.columns import segments
from ledger.columns.mirror import Mirror, NoUse
from metrics.engines import spark
from tests.kaoping.test_cli import Run, may, run

__all__ = ["may", "run"]
ODD = """工单编号,操作,承办单位,操作时间,渠道,工单性质,处理时限,处理时限单位,最终满意度,是否联系市民
GX-9,派单,茅店镇,2023-05-09 09:10:00,12345,主办,2,工作日,,
GX-9,转督办,茅店镇,2023-05-09 10:10:00,,,,,,
"""


def alone(told: dict[str, Any]) -> dict[str, Any]:
    """A ledger's score among others, as it is told of one."""
    return {name: value for name, value in told.items() if name not in ("mirror", "checkpoint")}


def test_a_mirror_scores_as_its_ledger(may: Run) -> None:
    wanted = may("score", "2023-05", "--json")
    written = may("mirror", "away", "--json").document
    Path("kaoping.db").unlink()
    assert may("score", "2023-05", "--json", "--mirror", "away").out == wanted.out
    assert wanted.document["stamps"]["ledger"] == f"{written['position']}:{written['hash']}"
    assert written["checkpoint"].startswith(f"{written['position']}:")


@pytest.mark.parametrize("mirrors", [("away",), ("away", "later")])
def test_some_tickets_at_a_time_score_as_all_at_once(
    may: Run, monkeypatch: pytest.MonkeyPatch, mirrors: Sequence[str]
) -> None:
    may("mirror", "away")
    Path("odd.csv").write_text(ODD, "utf-8")
    may("import", "odd.csv")
    may("mirror", "later")
    named = [part for one in mirrors for part in ("--mirror", one)]
    wanted = may("score", "2023-05", "--json", *named)
    monkeypatch.setattr(segments, "SHARE", 4)
    found = may("score", "2023-05", "--json", *named)
    assert found.code == 0
    assert found.out == wanted.out


def test_no_room_for_shares_is_refused(may: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    may("mirror", "away")
    monkeypatch.setattr(segments, "SHARE", 4)

    def no_room(*_: object) -> None:
        raise NoUse

    monkeypatch.setattr(Mirror, "write", no_room)
    refused = may("score", "2023-05", "--mirror", "away")
    assert refused.code == 2
    assert "TMPDIR" in refused.err


def test_a_folder_keeps_what_is_not_the_mirrors(may: Run) -> None:
    other = Path("away") / "events-2023.parquet"
    other.parent.mkdir()
    other.write_bytes(b"another's")
    first = {path.name for path in _written(may)}
    Path("odd.csv").write_text(ODD, "utf-8")
    may("import", "odd.csv")
    second = {path.name for path in _written(may)}
    assert other.read_bytes() == b"another's"
    assert first != second
    assert not first & second - {"mirror.json", other.name}, "what an older mirror named is gone"


def _written(may: Run) -> list[Path]:
    assert may("mirror", "away").code == 0
    return [*Path("away").iterdir()]


def test_what_is_aside_is_told_by_the_mirror_too(may: Run) -> None:
    Path("odd.csv").write_text(ODD, "utf-8")
    may("import", "odd.csv")
    wanted = may("score", "2023-05", "--json")
    assert wanted.document["ground"]["aside"] == 1
    may("mirror", "away")
    assert may("score", "2023-05", "--json", "--mirror", "away").out == wanted.out


def test_ledgers_are_scored_side_by_side(may: Run) -> None:
    may("mirror", "before")
    Path("more.jsonl").write_text(
        '{"kind":"finding","unit":"茅店镇","item":"praise","ticket":"GX-2","document":"×府办〔2023〕2号","at":"2023-05-21T10:00:00+08:00"}\n'
    )
    may("import", "more.jsonl")
    may("mirror", "after")
    both = may("score", "2023-05", "--json", "--mirror", "before", "--mirror", "after").document["ledgers"]
    assert [one["mirror"] for one in both] == ["before", "after"]
    for one in both:
        assert alone(one) == may("score", "2023-05", "--json", "--mirror", one["mirror"]).document
    assert alone(both[0]) != alone(both[1])
    told = may("score", "2023-05", "--mirror", "before", "--mirror", "after", "--lang", "en").out
    assert [line for line in told.splitlines() if line.startswith("Mirror ")] == [
        f"Mirror {one['mirror']}: the ledger up to event {one['stamps']['ledger'].split(':')[0]}" for one in both
    ]


@pytest.mark.parametrize("name", ["mirror.json", "events-*.parquet"])
def test_a_changed_mirror_is_refused(may: Run, name: str) -> None:
    may("mirror", "away")
    (path,) = Path("away").glob(name)
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"position": 22', b'"position": 21') if name == "mirror.json" else data + b" ")
    refused = may("score", "2023-05", "--mirror", "away", "--lang", "en")
    assert refused.code == 1
    assert "is not as it was written" in refused.err
    path.unlink()
    assert may("score", "2023-05", "--mirror", "away", "--lang", "en").code != 0
    may("mirror", "away")
    assert may("score", "2023-05", "--mirror", "away").code == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--engine", "spark"), "none is named"),
        (("--engine", "duck", "--mirror", "away"), "there is no engine duck"),
        (("--master", "local[2]", "--mirror", "away"), "polars computes here"),
        (("--mirror", "away", "--as-of", "3"), "when it was written"),
        (("--mirror", "away", "--mirror", "away/"), "named twice"),
        (("--mirror", "nowhere"), "there is no mirror in nowhere"),
    ],
)
def test_what_cannot_be_asked_of_mirrors(may: Run, options: Sequence[str], said: str) -> None:
    may("mirror", "away")
    refused = may("score", "2023-05", *options, "--lang", "en")
    assert refused.code == 2
    assert said in refused.err
    assert "To fix: " in refused.err
    assert re.search("改正办法：", may("score", "2023-05", *options).err)


def test_without_pyspark_or_java_the_remedy_is_told(may: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    may("mirror", "away")
    asked = ("score", "2023-05", "--engine", "spark", "--mirror", "away", "--lang", "en")
    monkeypatch.setattr(spark, "find_spec", lambda _: None)
    refused = may(*asked)
    assert (refused.code, refused.out) == (1, "")
    assert "pip install 'kaoping[spark]'" in refused.err
    monkeypatch.setattr(spark, "find_spec", lambda _: True)
    monkeypatch.setattr(spark, "which", lambda *_, **__: None)
    refused = may(*asked)
    assert refused.code == 1
    assert "Install Java 17" in refused.err


@pytest.mark.parametrize(("infos", "found"), [((1, 1), False), ((1, 2), True), ((2,), True)])
def test_a_cluster_has_workers_or_gets_them_soon(infos: tuple[int, ...], found: bool) -> None:
    told = iter((*infos, *infos[-1:] * 5))

    class Status:
        """Tells of so many executors, asked again and again."""

        def __getattr__(self, _: str) -> Any:
            return lambda: self

        @property
        def sparkContext(self) -> Any:  # noqa: N802
            return self

        @property
        def _jsc(self) -> Any:
            return self

        def getExecutorInfos(self) -> list[int]:  # noqa: N802
            return [0] * next(told)

    assert spark.has_workers(Status(), 1) is found
