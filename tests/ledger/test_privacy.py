"""What of citizens is kept: nothing of free text, no telephone or identity number, and old ledgers know their files again."""

import json
import string
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kaoping.files import folder
from kaoping.files.places import data_folder
from kaoping.files.profiles import read_profile
from ledger.batches import Source
from ledger.exchange import canonical
from ledger.facts import Return, Void
from ledger.intake.profile import Profile
from ledger.intake.tables.files import read_table
from ledger.intake.take import Intake, intake
from ledger.store import Ledger
from ledger.texts import WITHHELD, masked, numbers_in

DIGITS = st.sampled_from(("0123456789", "０１２３４５６７８９"))
WORDS = st.text(alphabet="来电人张某反映不属本单位,。:( )[]-" + string.ascii_letters, max_size=12)
MOBILE = st.from_regex(r"\A1[3-9][0-9]{9}\Z")
FIXED = st.from_regex(r"\A0[0-9]{2,3}-[2-8][0-9]{6,7}\Z")
ID_18 = st.builds(
    lambda place, year, month, day, rest, last: f"{place}{year}{month:02d}{day:02d}{rest:03d}{last}",
    st.integers(110000, 659999), st.integers(1900, 2023), st.integers(1, 12), st.integers(1, 31), st.integers(0, 999),
    st.sampled_from("0123456789Xx"),
)  # fmt: skip
ID_15 = st.builds(
    lambda place, year, month, day, rest: f"{place}{year:02d}{month:02d}{day:02d}{rest:03d}",
    st.integers(110000, 659999), st.integers(0, 99), st.integers(1, 12), st.integers(1, 31), st.integers(0, 999),
)  # fmt: skip


@given(before=WORDS, number=st.one_of(MOBILE, FIXED, ID_18, ID_15), after=WORDS, digits=DIGITS)
def test_a_number_is_masked_wherever_it_stands(before: str, number: str, after: str, digits: str) -> None:
    written = number.translate(str.maketrans("0123456789", digits))
    text = before + written + after
    told = masked(text)
    assert written not in told
    assert len(told) == len(text)
    assert told.startswith(before + written[:3])
    assert masked(told) == told
    assert numbers_in(told) == {"phone": 0, "id": 0}


@given(text=st.text(max_size=60))
def test_any_text_keeps_its_length_and_masking_again_changes_nothing(text: str) -> None:
    assert len(masked(text)) == len(text)
    assert masked(masked(text)) == masked(text)


@given(text=st.text(alphabet="工单号 -_A" + string.digits[:9], max_size=9))
def test_short_numbers_stay(text: str) -> None:
    assert masked(text) == text


def test_numbers_of_tickets_documents_and_times_stay() -> None:
    for text in (
        "250912101108115409", "GX20230504-0008", "赣县热线办〔2023〕520号", "2023-05-04 09:10:00.123", "20230504091000",
        "1684500000000", "138001380001", "12345",
        "360721-20230504-0123", "2023-05-04 13:57.1234", "1.2345.6789", "(2023)520", "(0797)520",
    ):  # fmt: skip
        assert masked(text) == text


def test_each_kind_of_number() -> None:
    assert masked("电话 13800138000") == "电话 138****8000"
    assert masked("138-0013-8000") == "138******8000"
    assert masked("+8613800138000") == "+86138****8000"
    assert masked("138.0013.8000") == "138******8000"
    assert masked("138\u200b0013\u200b8000") == "138" + "*" * 6 + "8000"
    for area in ("(0797)8123456", "（0797）8123456", "(0797) 8123456", "0797－8123456"):
        assert numbers_in(area)["phone"] == 1
        assert masked(area).endswith("3456")
        assert "812" not in masked(area)
    assert masked("证110101190001010000,") == "证110***********0000,"
    assert masked("110101190001010000 13800138000") == "110***********0000 138****8000"


# -- the intake

PHONE, IDENTITY, NAME = "13800138000", "110101190001010000", "某某甲"
HEADER = (
    "工单编号,来电人,来电人电话,主要内容,承办单位,派单时间,退回时间,退回原因,重办时间,重办原因,解决情况,满意度,回访时间"
)
SENT = "茅店镇,2023-05-04 09:10:00"
LONG = f"{NAME}来电{PHONE}说对这样的办理结果很不满意，要求重新办理并且公开道歉，请及时回电给本人"
ROWS = (
    f"13900000000,{NAME},{PHONE},{NAME}说,{SENT},2023-05-05 09:00:00,来电人{NAME}{PHONE}不在,,,解决,满意,2023-05-06 09:00:00",
    f"GX-2,{NAME},{PHONE},{NAME}说,茅店镇,昨天,2023-05-05 09:00:00,{NAME}{IDENTITY},,,,,",
    f"GX-3,{NAME},{PHONE},{NAME}说,茅店镇({PHONE}),2023-05-04 09:10:00,,,2023-05-06 09:00:00,找{NAME},,{LONG},2023-05-07 09:00:00",
    f"GX-4,{NAME},{PHONE},{NAME}说,{SENT},,,,,{LONG},满意,2023-05-07 09:00:00",
)


def wide() -> Profile:
    return folder.profile("hotline-wide")


def storing() -> Profile:
    text = (data_folder() / "profiles" / "hotline-wide.toml").read_text("utf-8")
    return read_profile(
        text.replace("[columns]", '[store]\nreason = "核对退单是否说明理由"\n\n[columns]', 1), "own.toml"
    )


def older() -> Profile:
    """As all profiles were read before: no text was left out."""
    return storing()


def read(rows: tuple[str, ...], profile: Profile) -> Intake:
    data = "\n".join((HEADER, *rows)).encode()
    return intake(read_table(data, "表.csv")[0], profile)


def source(told: Intake, *, raw: bool = False) -> Source:
    """What an import gives the ledger; `raw`: as an earlier version gave it."""
    facts = [(row, told.as_told.get(place, fact) if raw else fact) for place, (row, fact) in enumerate(told.facts)]
    return Source(
        name="表.csv", sha256="0" * 64, profile="hotline-wide", rows=told.rows, facts=facts, ignored=told.ignored,
        quarantined=[(row, cells, "[]") for row, cells in told.quarantined], telling=told.telling,
        as_told={} if raw else told.as_told,
    )  # fmt: skip


def test_of_free_text_is_kept_that_there_was_some() -> None:
    told = read(ROWS, wide())
    texts = json.dumps([canonical(fact) for _, fact in told.facts], ensure_ascii=False)
    kept = texts + json.dumps(told.quarantined, ensure_ascii=False) + repr(told.problems)
    for planted in (NAME, PHONE, IDENTITY):
        assert planted not in kept
    assert [fact.reason for _, fact in told.facts if isinstance(fact, Return)] == [WITHHELD]
    assert "13900000000" in {fact.ticket for _, fact in told.facts}
    assert json.loads(told.quarantined[0][1])["退回原因"] == WITHHELD


def test_a_profile_may_say_which_text_it_keeps_and_why() -> None:
    told = read(ROWS, storing())
    reasons = [fact.reason for _, fact in told.facts if isinstance(fact, Return)]
    assert reasons == [f"来电人{NAME}138****8000不在"]


def test_what_an_older_ledger_holds_is_known_again(tmp_path: Path) -> None:
    rows = (ROWS[0], ROWS[0].replace(f"来电人{NAME}{PHONE}不在", f"另一个{NAME}"))
    with Ledger(tmp_path / "old.db", create=True) as ledger:
        ledger.append(source(read(rows, older()), raw=True), 1)
        before = ledger.head()
        again, changes, *_ = ledger.take(source(read(rows, wide())), 2)
        assert (again.events_added, again.known, changes) == (0, 2, ())
        corrected = tuple(row.replace("不在", "已搬走") for row in rows)
        again, changes, *_ = ledger.take(source(read(corrected, wide())), 3)
        assert (again.events_added, changes) == (0, ())
        assert ledger.head() == before
        ledger.verify()


def test_what_a_person_took_back_stays_so(tmp_path: Path) -> None:
    with Ledger(tmp_path / "old.db", create=True) as ledger:
        ledger.append(source(read(ROWS[:1], older()), raw=True), 1)
        (event,) = ledger.events(kinds=("return",))
        void = Void(at=event.fact.at, key=event.key, reason="录错")
        ledger.append(Source(name="record", sha256="", profile="record", rows=1, facts=[(1, void)]), 2)
        again, changes, *_ = ledger.take(source(read(ROWS[:1], wide())), 3)
        assert (again.events_added, changes) == (0, ())


def test_a_reason_that_came_to_be_kept_follows_the_one_that_was_not(tmp_path: Path) -> None:
    with Ledger(tmp_path / "new.db", create=True) as ledger:
        ledger.append(source(read(ROWS[:1], wide())), 1)
        added, changes, *_ = ledger.take(source(read(ROWS[:1], storing())), 2)
        assert (added.events_added, changes) == (2, ())
        added, changes, *_ = ledger.take(source(read(ROWS[:1], wide())), 3)
        assert (added.events_added, changes) == (0, ())
        ledger.verify()


LINES = (
    {"kind": "dispatch", "ticket": "GX-1", "unit": "茅店镇", "at": "2023-05-04T09:10:00+08:00"},
    {"kind": "appeal", "ticket": "GX-1", "unit": "茅店镇", "item": "signing", "reason": f"来电{PHONE}", "at": "2023-06-04T09:10:00+08:00"},
)  # fmt: skip


def test_what_speaks_of_a_masked_fact_by_its_key_goes_on_speaking_of_it(tmp_path: Path) -> None:
    """A ledger of an earlier version, exported and imported into a new one."""
    profile = folder.profile("events")

    def told(lines: list[dict[str, object]]) -> Source:
        data = "\n".join(json.dumps(line) for line in lines).encode()
        found = intake(read_table(data, "账.jsonl")[0], profile)
        return Source(
            name="账.jsonl", sha256="0" * 64, profile="events", rows=found.rows, facts=found.facts, as_told=found.as_told,
            telling=found.telling,
        )  # fmt: skip

    lines: list[dict[str, object]] = [dict(line) for line in LINES]
    with Ledger(tmp_path / "old.db", create=True) as old:
        found = told(lines)
        facts = [(row, found.as_told.get(place, fact)) for place, (row, fact) in enumerate(found.facts)]
        old.append(Source(name="账", sha256="", profile="events", rows=2, facts=facts), 1)
        (appeal,) = old.events(kinds=("appeal",))
        first = Void(at=appeal.fact.at, key=appeal.key, reason="重复")
        old.append(Source(name="record", sha256="", profile="record", rows=1, facts=[(1, first)]), 2)
        (event,) = old.events(kinds=("void",))
        second = Void(at=appeal.fact.at + 1, key=event.key, reason="没有重复")
        old.append(Source(name="record", sha256="", profile="record", rows=1, facts=[(1, second)]), 3)
        whole = [dict(canonical(one.fact)) for one in old.events()]
        assert old.take(told(whole), 4)[0].events_added == 0
    with Ledger(tmp_path / "new.db", create=True) as new:
        assert new.take(told(whole), 1)[0].events_added == 4
        keys = {one.key for one in new.events()}
        assert all(one.fact.key in keys for one in new.events(kinds=("void",)) if isinstance(one.fact, Void))
        assert PHONE not in json.dumps([canonical(one.fact) for one in new.events()])
        assert new.take(told(whole), 2)[0].events_added == 0
        new.verify()
