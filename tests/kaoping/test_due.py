"""What is due: at the very millisecond, on every paper, with what is done, moved, exempted, returned, extended or not known."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from python_calamine import CalamineWorkbook

from kaoping import now
from kaoping.files.warnings import read_warnings
from kaoping.reports.period.due import LONGEST, width
from ledger.sentences import UnusableFile
from tests.conftest import Golden
from tests.kaoping.test_cli import FIRST, Run, may, run

__all__ = ["may", "run"]
AT = "2023-05-05T16:00"  # a Friday; GX-1 is to be closed by 17:30, GX-2 came at 15:30, Saturday works
DAY = 86_400_000


def due(run: Run, *arguments: str, at: str = AT) -> list[dict[str, Any]]:
    ran = run("due", "--at", at, "--json", *arguments)
    assert (ran.code, ran.err) == (0, "")
    found: list[dict[str, Any]] = ran.document["due"]
    return found


def acts(lines: list[dict[str, Any]]) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {(line["ticket"], line["unit"], line["measure"]): line for line in lines}


def told(run: Run, folder: Path, *facts: Mapping[str, Any]) -> None:
    """Facts taken in as one file."""
    lines = [{"at": f"2023-05-{one['on']}:00+08:00"} | {k: v for k, v in one.items() if k != "on"} for one in facts]
    name = f"{len([*folder.iterdir()])}.jsonl"
    (folder / name).write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    ran = run("import", name)
    assert ran.code == 0, ran.err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_list_is_as_it_was(may: Run, golden: Golden, lang: str) -> None:
    golden(f"due.{lang}.txt", may("due", "--at", AT, "--lang", lang).out)
    golden(f"due-text.{lang}.txt", may("due", "--at", AT, "--lang", lang, "--text").out)


def test_the_document_is_as_it_was(may: Run, golden: Golden) -> None:
    golden("due.json", may("due", "--at", AT, "--json").out)


def test_it_turns_at_the_very_millisecond(may: Run) -> None:
    """GX-1 is due at 17:30 and closed a second later; it is signed on the very second of that due, which is in time."""
    states = {}
    for at in ("17:29:59.999", "17:30:00", "17:30:00.999", "17:30:01"):
        line = acts(due(may, at=f"2023-05-05T{at}")).get(("GX-1", "茅店镇", "closed"))
        states[at] = None if line is None else (line["state"], line["light"])
    late = ("overdue", "overdue")
    assert states == {"17:29:59.999": ("today", "red"), "17:30:00": late, "17:30:00.999": late, "17:30:01": None}
    assert ("GX-1", "茅店镇", "signed") in acts(due(may, at="2023-05-04T11:29:59.999"))
    assert ("GX-1", "茅店镇", "signed") not in acts(due(may, at="2023-05-04T11:30"))


def test_next_working_day_skips_days_off_and_takes_a_make_up_day(may: Run) -> None:
    found = acts(due(may))
    assert {key[2]: line["state"] for key, line in found.items() if key[0] == "GX-2"} == {
        "signed": "tomorrow", "responded": "tomorrow", "closed": "later"
    }  # fmt: skip
    assert found["GX-2", "茅店镇", "signed"]["left"] == "0.4286"  # 1.5 hours of 7 on Friday, 1.5 on Saturday: 3 of 7
    friday = acts(due(may, at="2023-04-28T16:40"))
    assert friday["GX-1", "茅店镇", "signed"]["state"] == "tomorrow"  # on 4 May, after five days off


def test_a_cost_is_what_audit_says_once_it_is_missed(may: Run) -> None:
    (line,) = [one for one in due(may, at="2023-06-01T00:00") if one["measure"] == "sealed"]
    counts = [
        count
        for one in may("audit", "GX-4", "--json").document["rounds"]
        for verdict in one["verdicts"]
        if verdict["measure"] == "sealed"
        for count in verdict["counts"]
    ]
    assert [(cost["sheet"], cost["item"], cost["period"], cost["points"]) for cost in line["costs"]] == [
        (count["sheet"], count["item"], count["period"], count["marginal"]) for count in counts
    ]
    assert line["costs"][0]["points"] == "2.00"


def test_the_same_instant_gives_the_same_bytes(may: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for number, day in enumerate((FIRST + DAY, FIRST + 9 * DAY)):
        monkeypatch.setattr(now, "now_ms", lambda day=day: day)
        table = may("due", "--at", AT, "--xlsx", f"{number}.xlsx", "--ics", f"{number}.ics").out
        document = may("due", "--at", AT, "--json", "--ics", f"{number}.ics").out  # on top of what it wrote itself
        made.append((table, document, *((tmp_path / f"{number}.{kind}").read_bytes() for kind in ("xlsx", "ics"))))
    assert made[0] == made[1]


def events(path: Path) -> dict[str, Any]:
    found = {str(event["uid"]): event for event in Calendar.from_ical(path.read_bytes()).walk("VEVENT")}
    assert found
    return found


def test_a_calendar_keeps_its_entries_and_cancels_what_is_done(may: Run, tmp_path: Path) -> None:
    path = tmp_path / "due.ics"
    may("due", "--at", AT, "--ics", "due.ics")
    first = events(path)
    assert {(str(one["status"]), one["sequence"]) for one in first.values()} == {("CONFIRMED", 0)}
    (closing,) = (one for one in first.values() if "GX-1" in one["summary"])
    assert closing.decoded("dtstart").isoformat() == "2023-05-05T09:30:00+00:00"
    assert [alarm["action"] for alarm in closing.walk("VALARM")] == ["DISPLAY"]

    may("due", "--at", "2023-05-06T12:00", "--ics", "due.ics")
    second = events(path)
    assert {*first} <= {*second}
    assert {str(one["summary"]): (str(one["status"]), one["sequence"]) for one in second.values()} == {
        "办结到期：GX-1 茅店镇": ("CANCELLED", 1), "签收到期：GX-2 茅店镇": ("CANCELLED", 1), "联系到期：GX-2 茅店镇": ("CANCELLED", 1),
        "办结到期：GX-2 茅店镇": ("CONFIRMED", 0),
    }  # fmt: skip
    may(
        "due", "--at", "2023-07-06T12:00", "--ics", "due.ics"
    )  # long after: what was cancelled is gone, GX-4's stamp is overdue
    assert [(str(one["status"]), one["sequence"]) for one in events(path).values()] == [
        ("CONFIRMED", 0),
        ("CANCELLED", 1),
    ]


def test_what_is_not_asked_for_is_not_done(may: Run, tmp_path: Path) -> None:
    may("due", "--at", "2023-05-12T09:05", "--ics", "due.ics")
    before = events(tmp_path / "due.ics")
    may("due", "--at", "2023-05-12T09:06", "--ics", "due.ics", "--unit", "茅店镇", "--within", "0")
    after = events(tmp_path / "due.ics")
    assert {*before} == {*after}
    assert all(str(one["status"]) == "CONFIRMED" for one in after.values())


def test_a_due_that_moves_moves_its_entry(may: Run, tmp_path: Path) -> None:
    sent = {"kind": "dispatch", "ticket": "GX-9", "unit": "茅店镇", "limit_days": 2, "on": "08T09:00"}
    told(
        may,
        tmp_path,
        sent,
        {"kind": "sign", "ticket": "GX-9", "on": "08T09:10"},
        {"kind": "contact", "ticket": "GX-9", "on": "08T09:10"},
    )
    may("due", "--at", "2023-05-08T10:30", "--ics", "due.ics")
    told(may, tmp_path, {"kind": "extend", "ticket": "GX-9", "days": 1, "on": "09T09:00"})
    assert acts(due(may, at="2023-05-08T10:30"))["GX-9", "茅店镇", "closed"]["due_at"] == "2023-05-10T17:30:00+08:00"
    line = acts(due(may, "--ics", "due.ics", at="2023-05-09T10:30"))["GX-9", "茅店镇", "closed"]
    assert (line["due_at"], line["due_basis"]) == ("2023-05-11T17:30:00+08:00", "extended")
    (entry,) = (one for one in events(tmp_path / "due.ics").values() if "GX-9" in one["summary"])
    assert (entry["sequence"], str(entry["status"])) == (1, "CONFIRMED")


@pytest.mark.parametrize("text", ["BEGIN:VCALENDAR\nEND:VCALENDAR\n", "日程", ""])
def test_a_calendar_of_somebody_else_is_left_alone(may: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "own.ics").write_text(text, "utf-8")
    ran = may("due", "--at", AT, "--ics", "own.ics", "--xlsx", "new.xlsx", "--lang", "en")
    assert ran.code == 2
    assert "own.ics is no calendar" in ran.err
    assert (tmp_path / "own.ics").read_text("utf-8") == text
    assert not (tmp_path / "new.xlsx").exists()


def test_the_workbook_says_what_the_document_says(may: Run, tmp_path: Path) -> None:
    told(
        may,
        tmp_path,
        {"kind": "dispatch", "ticket": "=1+1", "unit": '=HYPERLINK("http://x")', "limit_days": 5, "on": "05T15:00"},
    )
    lines = due(may)
    may("due", "--at", AT, "--xlsx", "due.xlsx")
    book = CalamineWorkbook.from_path(str(tmp_path / "due.xlsx"))
    cells = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert len(cells) == 2 + len({line["unit"] for line in lines})
    words = {"signed": "签收", "responded": "联系", "closed": "办结", "sealed": "盖章报送"}
    for line in lines:
        sheet = next(rows for rows in cells.values() if str(rows[0][0]).startswith(f"{line['unit']}待办预警"))
        (row,) = (row for row in sheet if row[:2] == [line["ticket"], words[line["measure"]]])
        costs = sum(float(cost["points"]) for cost in line["costs"])
        assert f"{row[4]:%Y-%m-%dT%H:%M:%S}+08:00" == line["due_at"]
        assert round(float(str(row[5])), 2) == round(float(line["left"]), 2)
        assert row[6] == (pytest.approx(costs) if line["costs"] else "-")
    assert may("due", "--at", AT, "--xlsx", "due.xlsx").code == 2  # a file that is there is not written over


def test_messages_are_short_and_tell_the_whole_number_where_it_fits(may: Run, tmp_path: Path) -> None:
    units = ["茅店镇", "区" + "住房和城乡建设和自然资源和生态环境保护综合行政执法" * 3 + "局", "𠮷" * 40]
    for number in range(40):
        sent = {
            "kind": "dispatch",
            "unit": units[number % 3],
            "ticket": f"GX2023050500{number:04}",
            "limit_days": 1,
            "on": "05T15:00",
        }
        told(may, tmp_path, sent) if number < 3 else None
    for lang in ("zh", "en"):
        lines = may("due", "--at", AT, "--text", "--lang", lang).out.splitlines()
        assert len(lines) == 1 + 3
        assert [line for line in lines if width(line) > LONGEST] == []
        whole = len([line for line in lines if "GX2023050500000" in line])
        assert whole == {"zh": 2, "en": 1}[lang], "茅店镇 has another to look at first"


def test_a_number_too_long_for_a_message_is_cut_to_what_is_the_units_alone(may: Run, tmp_path: Path) -> None:
    unit, middle = "沙地镇", "0" * 60
    for start in ("1", "2"):
        told(
            may,
            tmp_path,
            {"kind": "dispatch", "unit": unit, "ticket": f"GX{middle}{start}000123", "limit_days": 1, "on": "05T15:00"},
        )
    (line,) = [one for one in may("due", "--at", AT, "--text", "--unit", unit).out.splitlines() if unit in one]
    assert width(line) <= LONGEST
    assert "GX…1000123" in line


@pytest.mark.parametrize(
    ("at", "code"),
    [("2023-05-01T09:00", 0), (AT, 10), ("2023-05-05T17:30", 11), ("2023-05-29T09:00", 0), ("2023-05-31T09:00", 10),
     ("2023-06-01T00:00", 11)],
)  # fmt: skip
def test_a_scheduler_is_told(may: Run, at: str, code: int) -> None:
    ran = may("due", "--at", at, "--alert", "--json")
    assert (ran.code, ran.document["alert"]) == (code, code)


def test_old_data_are_told_first(may: Run, tmp_path: Path) -> None:
    told(may, tmp_path, {"kind": "seal", "ticket": "GX-4", "unit": "区城管局", "on": "31T09:00"})
    assert may("due", "--at", "2023-06-06T13:30", "--alert").code == 0
    ran = may("due", "--at", "2023-06-06T16:00", "--alert", "--lang", "en")
    assert ran.code == 12
    assert ran.out.splitlines()[1].startswith("The data are old")
    assert ran.out.splitlines()[2].startswith("Data as of Tue 2023-06-06 10:00:00")
    assert may("due", "--at", "2023-06-06T16:00", "--text").out.splitlines()[0].endswith("已旧。")


SENT: dict[str, Any] = {
    "kind": "dispatch",
    "ticket": "GX-9",
    "unit": "茅店镇",
    "limit_days": 3,
    "role": "lead",
    "on": "08T09:00",
}


def test_a_ticket_that_went_on_is_nobodys_any_more(may: Run, tmp_path: Path) -> None:
    """What was overdue before it went on stays so, and is marked; what was not is no longer awaited."""
    told(may, tmp_path, SENT, {**SENT, "unit": "区城管局", "on": "08T16:00"})
    found = acts(due(may, at="2023-05-08T16:30"))
    assert {(unit, measure): line["moved_at"] for (ticket, unit, measure), line in found.items() if ticket == "GX-9"} == {
        ("茅店镇", "signed"): "2023-05-08T16:00:00+08:00", ("区城管局", "signed"): None, ("区城管局", "responded"): None,
        ("区城管局", "closed"): None,
    }  # fmt: skip
    text = may("due", "--at", "2023-05-08T16:30", "--text").out
    assert "茅店镇" not in text
    assert may("due", "--at", "2023-05-08T16:30", "--alert").code == 0
    stayed = acts(due(may, "--reading", "moved_rounds=stay", at="2023-05-08T16:30"))
    assert {key[2] for key in stayed if key[:2] == ("GX-9", "茅店镇")} == {"signed", "responded", "closed"}


def test_a_ticket_sent_anew_begins_anew(may: Run, tmp_path: Path) -> None:
    told(may, tmp_path, SENT, {**SENT, "on": "08T10:00"})
    rounds = {(line["round"], line["measure"]) for line in due(may, at="2023-05-08T10:30") if line["ticket"] == "GX-9"}
    assert rounds == {(2, "signed"), (2, "responded"), (2, "closed")}


def test_what_is_returned_exempted_or_not_known_is_not_awaited(may: Run, tmp_path: Path) -> None:
    returned, exempt, unknown = ({**SENT, "ticket": name} for name in ("GX-R", "GX-E", "GX-U"))
    told(
        may, tmp_path, returned, {"kind": "return", "ticket": "GX-R", "unit": "茅店镇", "reason": "不属本单位", "on": "08T10:00"},
        exempt, {"kind": "exempt", "ticket": "GX-E", "unit": "茅店镇", "item": "closing", "reason": "上级要求", "on": "08T10:00"},
        {**unknown, "untold": "sign contact"},
    )  # fmt: skip
    ran = may("due", "--at", "2023-05-08T10:30", "--json")
    found = {(line["ticket"], line["measure"]) for line in ran.document["due"]}
    assert {one for one in found if one[0] == "GX-R"} == set()
    assert {one for one in found if one[0] == "GX-E"} == {("GX-E", "signed"), ("GX-E", "responded")}
    assert {one for one in found if one[0] == "GX-U"} == {("GX-U", "closed")}
    assert (ran.document["exempted"], ran.document["untold"]) == (1, {"responded": 1, "signed": 1})
    page = may("due", "--at", "2023-05-08T10:30").out
    assert "无从得知：1 轮是否已签收" in page
    breached = acts(due(may, "--untold", "breach", at="2023-05-08T10:30"))
    assert ("GX-U", "茅店镇", "signed") in breached


def test_far_acts_are_counted_and_units_have_other_names(may: Run) -> None:
    near = may("due", "--at", AT, "--within", "0.5", "--json").document
    assert {(line["ticket"], line["measure"]) for line in near["due"]} == {("GX-1", "closed"), ("GX-2", "signed")}
    assert near["omitted"] == 2
    assert "另有 2 件离此刻超过 0.5 个工作日" in may("due", "--at", AT, "--within", "0.5").out
    may("alias", "茅店镇", "茅店镇人民政府")
    assert may("due", "--at", AT, "--unit", "茅店镇人民政府", "--json").document["unit"] == "茅店镇"
    for wrong in (
        ("--unit", "茅坪镇"),
        ("--within", "一"),
        ("--within", "1e99999999"),
        ("--at", "明天"),
        ("--at", "1999-01-01T00:00"),
        ("--text", "--json"),
    ):
        ran = may("due", "--at", AT, *wrong)
        assert (ran.code, ran.out) == (2, ""), wrong
        assert ran.err


def test_nothing_of_a_citizen_is_told(may: Run, tmp_path: Path) -> None:
    """Tickets, units and times: of all that a ledger holds, no text that somebody wrote."""
    reason = {"kind": "return", "reason": "原文，电话13800000000", "on": "08T09:30"}
    refused = {"kind": "decide", "about": "return", "granted": False, "on": "08T09:40"}
    own = {"ticket": "GX-9", "unit": "茅店镇"}
    told(may, tmp_path, {**SENT, "category": "诉求原文"}, {**reason, **own}, {**refused, **own})
    at = ("--at", "2023-05-08T10:00")
    made = [may("due", *at, *kind).out for kind in (("--xlsx", "d.xlsx", "--ics", "d.ics"), ("--json",), ("--text",))]
    made.append((tmp_path / "d.ics").read_text("utf-8"))
    made.append((tmp_path / "d.xlsx").read_bytes().decode("utf-8", "replace"))
    assert "GX-9" in made[0]
    assert [text for text in made if "原文" in text or "13800000000" in text] == []


def test_lead_times_are_the_offices_own(may: Run, tmp_path: Path) -> None:
    own = (tmp_path / "own.toml").write_text
    own(
        'format = 1\nsender = "12345中心"\nstale_days = 1\namber = { days = 3, share = 100 }\nred = { days = "0.5", share = 100 }\n',
        "utf-8",
    )
    lights = {(one["ticket"], one["measure"]): one["light"] for one in due(may, "--warnings", "own.toml")}
    assert lights["GX-2", "signed"] == "red"
    assert lights["GX-2", "closed"] == "amber"
    assert may("due", "--at", AT, "--warnings", "own.toml", "--text").out.startswith("【12345中心】")
    own(
        'format = 2\nsender = ""\nstale_days = -1\namber = { days = 1, share = 20 }\nred = { days = 1, share = 50 }\n',
        "utf-8",
    )
    with pytest.raises(UnusableFile) as wrong:
        read_warnings(tmp_path / "own.toml")
    assert [(one.row, one.column) for _, one in wrong.value.problems] == [
        (1, "format"), (2, "sender"), (3, "stale_days"), (5, "red"),
    ]  # fmt: skip
    own('format = 1\nsender = "x"\nstale_days = 0.5\n[amber]\ndays = 1\nshare = 50\n[rot]\ndays = 1\n', "utf-8")
    ran = may("due", "--at", AT, "--warnings", "own.toml")
    assert ran.code == 1
    assert all(part in ran.err for part in ("own.toml:3", "own.toml:7", "red"))


def test_a_veto_costs_the_whole_sheet_of_the_units_own_group(run: Run, tmp_path: Path) -> None:
    """市长信箱 answered late: nothing counts that month. The departments' sheet, which has the same clause, is not this unit's."""
    own, done = {"unit": "甲街道"}, ("dispatch", "sign", "contact", "close")
    lines: list[dict[str, Any]] = [{"kind": "enrol", **own, "group": "街道", "on": "01T00:00"}]
    for number in range(6):
        at = {"ticket": f"Y-{number}", **own, "on": f"08T09:1{number}"}
        lines += [
            at | {"kind": "dispatch", "channel": "12345热线", "limit_days": 3},
            *(at | {"kind": kind} for kind in done[1:]),
        ]
    lines += [{"kind": "dispatch", "ticket": "Y-9", **own, "channel": "市长信箱", "limit_days": 3, "on": "10T09:00"}]
    lines += [{"kind": kind, "ticket": "Y-9", **own, "on": "10T09:10"} for kind in ("sign", "contact")]
    text = [json.dumps({"at": f"2025-04-{one.pop('on')}:00+08:00"} | one, ensure_ascii=False) for one in lines]
    (tmp_path / "y.jsonl").write_text("\n".join(text) + "\n", "utf-8")
    assert run("import", "y.jsonl").code == 0
    rulebook = ("--rulebook", "yunshan-2025")
    (line,) = due(run, *rulebook, at="2025-04-10T12:00")
    (cost,) = line["costs"]
    assert (cost["sheet"], cost["period"], cost["points"]) == ("streets", "2025-04", "120.00")
