"""A ledger published from before this version: every publication in it still comes out identical, by the command line.

`fixtures/published.db.gz` was made with version 0.1.0 by our own simulator: two months of 赣县区 and some weeks of the invented
云山市, with a granted appeal, two voids and publications of months, a quarter, a half-year and a year, under two rulebooks and
other readings, as-ofs and calendars.
"""

import gzip
import json
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kaoping import cli
from kaoping.reports.annual import annual_json
from kaoping.reports.score import score_json

FIXTURES = Path(__file__).parents[1] / "fixtures"
PUBLISHED = {
    1865: ("2023-05", "16d9d5ae588ab8044086333d5f7ff20a7cb5e2439a61d0318b82266d724cff51"),
    1866: ("2023-06", "4c653cd4f890c4a38096cdfebd85709a21fdb2846be288810ec5e5536de6f673"),
    2347: ("2025-05", "b43621426979f938d5522014e4e0ef8a5333456c87375c383b723f1e00c63dc7"),
    2348: ("2025-Q2", "d2cd2da09b033b3ffc6bb8f99e92449e5c46b5fac3dba935319f023d5e3c502e"),
    2349: ("2025-H1", "37f225a4c8272b6a5e201e049fbcf211e6b52b1cb74e2ffbf8312abc26b4032c"),
    2350: ("2023", "e73576320fe33a340c1ae86cd35d23355dc214d03cb5203d153ea0912f9393ad"),
    2354: ("2023-05", "3af579e7d412f74d69b684c03af650a3fba7dca6bd60c4db9b3f56444245d83f"),
    2355: ("2023-06", "4c653cd4f890c4a38096cdfebd85709a21fdb2846be288810ec5e5536de6f673"),
    2356: ("2023-05", "3af579e7d412f74d69b684c03af650a3fba7dca6bd60c4db9b3f56444245d83f"),
    2359: ("2023-05", "16d9d5ae588ab8044086333d5f7ff20a7cb5e2439a61d0318b82266d724cff51"),
    2360: ("2023-06", "0d0bba9ba884d496f8c391876ed1fc4ae03536804be6d4caafdb0d9895c80edf"),
}


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A copy of the ledger, with its checkpoints beside it."""
    path = tmp_path / "published.db"
    path.write_bytes(gzip.decompress((FIXTURES / "published.db.gz").read_bytes()))
    shutil.copyfile(FIXTURES / "published.checkpoints.txt", f"{path}.checkpoints")
    return path


def asked(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    monkeypatch.setattr("sys.argv", ["kaoping", *words])
    with suppress(SystemExit):
        cli.main()
    said = capsys.readouterr()
    assert said.err == ""
    return said.out


def test_every_publication_made_before_comes_out_identical(
    published: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = json.loads(asked(capsys, monkeypatch, "recompute", "--ledger", str(published), "--json"))["publications"]
    assert {one["position"]: (one["period"], one["digest"]) for one in told} == PUBLISHED
    assert all(one["identical"] for one in told), told


def test_it_verifies_to_its_own_head_and_checkpoint(
    published: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = asked(capsys, monkeypatch, "verify", "--ledger", str(published), "--lang", "en")
    assert "2360 events in 18 batches" in said
    assert "2360:0576066df52b3588ca9270353d58fcf10c53b71b36d237bd13415fed257f9871" in said


def test_the_reports_may_tell_more_without_touching_a_digest(
    published: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_more(plain: Callable[..., dict[str, Any]], units: str) -> Callable[..., dict[str, Any]]:
        def grown(*values: Any) -> dict[str, Any]:
            document = plain(*values)
            parts = [{**part, "units": [{**unit, "grown": 1} for unit in part["units"]]} for part in document[units]]
            return {**document, units: parts, "grown": 1}

        return grown

    for plain, units in ((score_json, "sheets"), (annual_json, "years")):
        for module in [one for name, one in sys.modules.items() if name.startswith("kaoping")]:
            if getattr(module, plain.__name__, None) is plain:
                monkeypatch.setattr(module, plain.__name__, with_more(plain, units))
    scored = json.loads(asked(capsys, monkeypatch, "score", "2023-05", "--ledger", str(published), "--json"))
    assert scored["grown"] == scored["sheets"][0]["units"][0]["grown"] == 1
    for period, position in (("2023-06", 2360), ("2023", 2350)):
        words = ("recompute", period, "--ledger", str(published), "--json")
        told = json.loads(asked(capsys, monkeypatch, *words))["publications"]
        assert [(one["digest"], one["identical"]) for one in told if one["position"] == position] == [
            (PUBLISHED[position][1], True)
        ]
