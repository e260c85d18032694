"""What people type is understood, or refused with what to type instead: periods, units, kinds of facts, days, files."""

from pathlib import Path

import pytest

from kaoping.language.periods import UnclearPeriod, period_written
from kaoping.language.words import kind_of
from ledger.facts import KIND
from tests.kaoping.test_cli import Run, may, run

__all__ = ["may", "run"]
DOCUMENT = "文号=×热线办〔2023〕1号"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        *((one, "2023-06") for one in ("2023-06", "2023年6月", "2023-6", "2023/06", "202306", "2023.6", "2023年六月份", "２０２３-０６")),
        *((one, "2023-12") for one in ("2023年十二月", " 2023 年 12 月 ")),
        *((one, "2023-Q2") for one in ("2023-Q2", "2023年第二季度", "2023年二季度", "2023q2", "2023年2季度")),
        *((one, "2023-H1") for one in ("2023-H1", "2023年上半年", "2023h1")),
        *((one, "2023") for one in ("2023", "2023年", "2023年度", "2023年全年")),
    ],
)  # fmt: skip
def test_periods_as_people_write_them(text: str, kept: str) -> None:
    assert period_written(text) == kept


@pytest.mark.parametrize(
    "text", ["2023-13", "2023-00", "202313", "2023年第五季度", "2023-H3", "203", "#12", "may", "now"]
)
def test_what_is_no_period_stays_as_it_is(text: str) -> None:
    assert period_written(text) == text


@pytest.mark.parametrize(
    "text",
    ["5月", "二季度", "上半年", "23-05", "2305", "23年5月", "2023-05-04", "20230504", "2023年5月4日", "2023年5月至6月"],
)
def test_what_could_be_several_periods_is_refused(text: str) -> None:
    with pytest.raises(UnclearPeriod):
        period_written(text)


def test_every_command_that_asks_for_a_period_understands_it(may: Run) -> None:
    for command in ("score", "metrics", "quality", "appeals", "publish", "recompute", "readings"):
        ending = ("--accept", "aside") if command == "publish" else ()
        told = [may(command, one, *ending, "--json") for one in ("2023-05", "２０２３年5月")]
        assert [one.code for one in told] == [0, 0], told
        assert command == "publish" or told[0].out == told[1].out
    assert may("why", "茅店镇", "2023/5", "--json").document == may("why", "茅店镇", "2023-05", "--json").document
    assert may("annual", "2023年", "--json").code == 0
    assert may("diff", "2023年5月", "now", "--json").document["period"] == "2023-05"
    assert may("report", "202305", "--out", "out", "--html", "--json").document["period"] == "2023-05"
    assert may("whatif", "2023年5月", "--rulebook", "ganxian-2023", "--json").document["period"] == "2023-05"


def test_an_unclear_period_is_refused_with_what_to_write(may: Run) -> None:
    told = may("score", "5月")
    assert (told.code, told.out) == (2, "")
    assert told.err == "5月 没有写是哪一年。\n改正办法：请把年份写上，如 2023-05、2023年第二季度、2023年上半年。\n"
    assert may("annual", "23", "--lang", "en").code == 2


@pytest.mark.parametrize(
    "command",
    [
        ("why", "茅店", "2023-05"),
        ("why", "茅店", "2023"),
        ("metrics", "2023-05", "--unit", "茅店"),
        ("due", "--unit", "茅店"),
        ("appeals", "--unit", "茅店"),
        ("diff", "now", "half_day=half_blocks", "--period", "2023-05", "--unit", "茅店"),
    ],
)
def test_the_nearest_unit_is_suggested(may: Run, command: tuple[str, ...]) -> None:
    told = may(*command)
    assert (told.code, told.out) == (2, "")
    assert told.err.endswith("改正办法：是不是 茅店镇？\n")
    assert "Perhaps 茅店镇?" in may(*command, "--lang", "en").err


def test_a_unit_is_asked_for_by_another_name_of_it(may: Run) -> None:
    assert may("alias", "茅店镇", "茅店镇人民政府").code == 0
    told = [may("why", one, "2023-05", "--json").document["sheets"] for one in ("茅店镇", "茅店镇人民政府")]
    assert told[0] == told[1]


def test_a_finding_of_a_unit_that_is_none_names_the_nearest(may: Run) -> None:
    told = may("record", "表扬", "单位=茅店", "日期=2023-05-20", DOCUMENT)
    assert (told.code, told.out) == (1, "")
    assert "是不是 茅店镇？" in told.err


def test_a_finding_is_recorded_by_its_own_name(may: Run) -> None:
    told = may("record", "表扬", "单位=茅店镇", "日期=2023-05-20", DOCUMENT, "--json")
    recorded = told.document["recorded"]
    assert (recorded["kind"], recorded["item"], recorded["at"]) == ("finding", "praise", "2023-05-20T00:00:00+08:00")
    assert may("record", "表扬", "项目=投诉", "单位=茅店镇", "日期=2023-05-20", DOCUMENT).code == 2


def test_a_kind_that_is_none_is_refused_in_the_readers_words(may: Run) -> None:
    told = may("record", "表杨", "单位=茅店镇")
    assert (told.code, told.out) == (2, "")
    assert "是不是 表扬？请用其中之一：派单 签收" in told.err
    assert "Perhaps praise? Use one of: dispatch sign" in may("record", "prais", "unit=茅店镇", "--lang", "en").err


def test_the_kinds_named_are_words_that_are_understood() -> None:
    assert {kind_of(kind.word) for kind in KIND.values()} == set(KIND)


def test_where_a_day_was_said_the_day_is_told(may: Run) -> None:
    praise = may("record", "表扬", "单位=茅店镇", "日期=2023-05-20", DOCUMENT).out
    assert "考评记录 2023-05-20 周六 茅店镇 受到群众表扬" in praise
    appeal = ("appeal", "GX-1", "--unit", "茅店镇", "--item", "工单签收率", "--reason", "平台故障")
    told = may(*appeal, "--at", "2023-06-05").out
    assert "申诉 2023-06-05 周一 GX-1 茅店镇 工单签收率 平台故障" in told
    assert (
        "appeal Sun 2023-06-04 GX-1 茅店镇 signing 平台故障" in may(*appeal, "--at", "2023-06-04", "--lang", "en").out
    )
    assert "申诉 2023-06-03 10:00:00 周六" in may(*appeal, "--at", "2023-06-03T10:00").out
    life = may("audit", "GX-1", "--brief").out
    assert "2023-06-05 周一  申诉  茅店镇  项目=工单签收率 原因=平台故障" in life
    assert "23:59:59.999" not in life.split("\n\n")[1]
    assert "item=signing" in may("audit", "GX-1", "--brief", "--lang", "en").out
    assert "23:59:59.999" not in may("appeals").out


def test_details_are_told_in_the_readers_words(may: Run) -> None:
    asked = ("record", "审批", "工单=GX-1", "单位=茅店镇", "事项=退单", "同意=是", "日期=2023-05-09")
    assert "审批 2023-05-09 周二 GX-1 茅店镇 退单 是" in may(*asked).out
    assert "事项=退单 同意=是" in may("audit", "GX-1", "--brief").out
    assert "about=return granted=yes" in may("audit", "GX-1", "--brief", "--lang", "en").out


def test_papers_are_not_written_into_a_file(may: Run) -> None:
    Path("通报").write_text("甲", "utf-8")
    for out in ("通报", "通报/五月"):
        told = may("report", "2023-05", "--out", out)
        assert (told.code, told.out) == (2, "")
        assert told.err == "通报 是文件，不是文件夹。\n改正办法：请写一个文件夹，没有会自动建。\n"
    assert "通报 is a file, not a folder." in may("report", "2023-05", "--out", "通报", "--lang", "en").err
    assert Path("通报").read_text("utf-8") == "甲"


@pytest.mark.parametrize("form", ["findings", "evidence", "units", "appeals"])
def test_a_form_is_not_imported_but_recorded(may: Run, form: str) -> None:
    assert may("template", form, "--out", "表.xlsx").code == 0
    told = may("import", "表.xlsx")
    assert (told.code, told.out) == (1, "")
    assert told.err.endswith("改正办法：填好后请这样录入：kaoping record --file 表.xlsx\n")
    assert "record it: kaoping record --file 表.xlsx" in may("import", "表.xlsx", "--lang", "en").err


def test_one_act_is_one_act(may: Run) -> None:
    shown = may("due", "--at", "2023-05-16T09:00", "--within", "5", "--unit", "区城管局", "--lang", "en").out
    assert "1 act not yet done:" in shown or "Not shown: 1 act that is more than 5" in shown
    assert "1 acts" not in shown
