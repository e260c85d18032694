"""The law, sentence by sentence: nothing of it is forgotten, and nothing is judged that is not in it."""

import importlib
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import attrs
import cattrs
import pytest

from kaoping.files.cases import read_cases
from kaoping.office.intake.objections import findings_of
from ledger.facts import KIND
from metrics.measures import MEASURE
from scoring.law.rulebook import Item, Rulebook
from scoring.scores.cases import Case
from tests.logs import rulebook, rulebook_text

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
CASES = Path(__file__).parents[1] / "cases" / "ganxian-2023"
ORIGINAL = ROOT.parent / "shared" / "law" / "ganxian-2023.md"  # the notice as it was sent; not in every checkout
MARKUP = re.compile(r"\s|</?p>|#|^- ", re.MULTILINE)
NUMBERING = re.compile(r"^[(（]?(备注:)?(\d+[、.])?")
CARRIERS = ("items", "measures", "findings", "readings", "facts", "sheets", "years", "vetoes")


@attrs.frozen(kw_only=True)
class Sentence:
    """A sentence of the law, or a cell of its tables, and what carries it."""

    words: str
    place: str
    cell: str = ""
    items: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    vetoes: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    note: str = ""
    no_rule: str = ""

    def carriers(self) -> Iterator[tuple[str, str]]:
        """What carries it, as (sort, name)."""
        for sort in CARRIERS:
            for name in getattr(self, sort):
                yield sort, name


@cache
def sentences() -> tuple[Sentence, ...]:
    raw = tomllib.loads((Path(__file__).parent / "law.toml").read_text("utf-8"))
    return tuple(cattrs.Converter(forbid_extra_keys=True).structure(raw["sentences"], list[Sentence]))


@cache
def cases() -> tuple[Case, ...]:
    return tuple(
        case for path in sorted(CASES.glob("*.toml")) for case in read_cases(path.read_text("utf-8"), path.name)
    )


def bare(text: str) -> str:
    """Without spaces and the markup of tables."""
    return MARKUP.sub("", text)


def plain(text: str) -> str:
    """As it is quoted: the width of punctuation, and the number of a list, do not matter."""
    return NUMBERING.sub("", unicodedata.normalize("NFKC", bare(text))).removesuffix(")").rstrip("。;、")


@cache
def law() -> str:
    return unicodedata.normalize("NFKC", "".join(bare(one.words) for one in sentences()))


@cache
def book() -> Rulebook:
    return rulebook()


@cache
def items() -> dict[str, tuple[Item, str, Fraction]]:
    """Every item and sub-item by sheet.item: the item, all it quotes of the law, its points."""
    found = {}
    for sheet in book().sheets:
        for item in sheet.items:
            quoted = unicodedata.normalize("NFKC", bare("|".join([item.words, *(part.words for part in item.parts)])))
            found[f"{sheet.id}.{item.id}"] = (item, quoted, item.points)
            for part in item.parts:
                if part.id:
                    found[f"{sheet.id}.{item.name_of(part)}"] = (item, quoted, part.points or item.points)
    return found


@cache
def known() -> dict[str, set[str]]:
    """All that can carry a sentence, by sort."""
    return {
        "items": {*items()},
        "measures": {*MEASURE},
        "findings": {*findings_of(book())},
        "readings": {one.id for one in book().readings},
        "facts": {*KIND},
        "sheets": {sheet.id for sheet in book().sheets},
        "years": {year.id for year in book().years},
        "vetoes": {veto.title for veto in book().vetoes()},
    }


def quotes(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every `words` of the rulebook's text, with its path."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("words", "without_tickets_words"):
                yield f"{path}.{key}".strip("."), inner
            else:
                yield from quotes(inner, f"{path}.{key}")
    if isinstance(value, list):
        for number, inner in enumerate(value):
            name = inner.get("id", number) if isinstance(inner, dict) else number
            yield from quotes(inner, f"{path}.{name}")


# the table


def test_the_table_is_the_law_word_for_word() -> None:
    if not ORIGINAL.exists():
        pytest.skip("the notice itself is not here")
    told = "".join(bare(one.words) for one in sentences())
    original = bare(ORIGINAL.read_text("utf-8"))
    differ = next(
        (n for n, (a, b) in enumerate(zip(told, original, strict=False)) if a != b), min(len(told), len(original))
    )
    assert told == original, f"from here on: {told[differ : differ + 40]!r} and {original[differ : differ + 40]!r}"


def test_every_sentence_has_a_carrier_or_a_reason() -> None:
    without = [one.words for one in sentences() if bool(list(one.carriers())) == bool(one.no_rule)]
    assert not without, "either what carries it, or why it carries no rule"
    unknown = [(name, one.words) for one in sentences() for sort, name in one.carriers() if name not in known()[sort]]
    assert not unknown, "the rulebook has no such thing"


def test_every_rule_is_proved() -> None:
    """By a worked case of each item that carries it; where none does, by a test; or the reading says why."""
    bare_rules = [one.words for one in sentences() if not (one.no_rule or one.items or one.tests or one.readings)]
    assert not bare_rules, "nothing proves it"
    worked = {f"{case.sheet}.{case.item}" for case in cases()}
    assert not {name for one in sentences() for name in one.items} - worked, f"no case in {CASES}"
    missing = [name for one in sentences() for name in one.tests if not is_there(name)]
    assert not missing, "there is no such test"


def is_there(name: str) -> bool:
    file, _, function = name.partition("::")
    module = importlib.import_module(file.removesuffix(".py").replace("/", "."))
    return callable(getattr(module, function, None))


def test_what_carries_a_sentence_says_it() -> None:
    """The words stand beside the rule; a cell of the table is the item's place, or its points."""
    unsaid = [(name, one.words) for one in sentences() for name in one.items if not says(one, *items()[name])]
    assert not unsaid


def says(one: Sentence, item: Item, quoted: str, points: Fraction) -> bool:
    if one.cell == "points":
        return Fraction(bare(one.words)) == points
    return plain(one.words) in (plain(item.place) if one.cell == "title" else quoted)


# the rulebook


def test_nothing_is_judged_that_the_law_does_not_say() -> None:
    carried = {pair for one in sentences() for pair in one.carriers()}
    for sort in ("items", "findings", "readings", "sheets", "years", "vetoes"):
        assert {name for kind, name in carried if kind == sort} == known()[sort], sort
    judged = {measure for _, _, part in book().parts() for measure in part.measures}
    assert judged <= {name for sort, name in carried if sort == "measures"}


def test_the_rulebook_quotes_the_law() -> None:
    """Several places of the law in one quotation are parted by a semicolon."""
    wrong = []
    for path, words in quotes(tomllib.loads(rulebook_text())):
        text = unicodedata.normalize("NFKC", bare(words))
        if text not in law() and not all(part in law() for part in text.split(";")):
            wrong.append(path)
    assert wrong == []


# the page, in two languages


@attrs.frozen(kw_only=True)
class LawPage:
    """What docs/law.md says of the law's words, in one language."""

    file: str
    sister: str
    title: str
    prose: tuple[str, ...]
    count: str
    header: tuple[str, str, str]
    sorts: dict[str, str]
    no_rule: str
    marks: tuple[str, str, str]
    """Between two carriers, before a note, between two proofs."""
    cases: str
    reading: str


ENGLISH = LawPage(
    file="law.md",
    sister="[中文](law.zh-CN.md)",
    title="The law, sentence by sentence",
    prose=(
        "Every sentence of the 2023 rules of 赣县区 and every cell of their tables, in order; what carries it in the rulebook",
        "`ganxian-2023`, and what proves it. Cases are in `tests/cases/ganxian-2023`; `kaoping rules --check` runs them.",
        "This page is written by `pytest tests/scoring/test_law.py --refresh-golden` from `tests/scoring/law.toml`.",
    ),
    count="{rule} carry a rule; {none} carry none, each with the reason.",
    header=("words", "carried by", "proved by"),
    sorts={
        "items": "item", "measures": "measure", "findings": "finding", "readings": "reading", "facts": "fact",
        "sheets": "sheet", "years": "year", "vetoes": "veto",
    },
    no_rule="no rule: ",
    marks=("; ", ". ", ", "),
    cases="cases of `{name}`",
    reading="the reading says why",
)  # fmt: skip
CHINESE = LawPage(
    file="law.zh-CN.md",
    sister="[English](law.md)",
    title="细则逐句对照",
    prose=(
        "赣县区 2023 年度考评细则的每一句、各表的每一格，按原文次序；在细则文件 `ganxian-2023` 里由什么承担，凭什么证明。",
        "算例在 `tests/cases/ganxian-2023`，用 `kaoping rules --check` 运行。",
        "本页由 `pytest tests/scoring/test_law.py --refresh-golden` 根据 `tests/scoring/law.toml` 写出。",
    ),
    count="{rule} 处有规则承担；{none} 处没有规则，各附理由。",
    header=("原文", "由什么承担", "凭什么证明"),
    sorts={
        "items": "项目", "measures": "指标", "findings": "考评记录", "readings": "读法", "facts": "事件",
        "sheets": "考核表", "years": "年度", "vetoes": "一票否决",
    },
    no_rule="没有规则：",
    marks=("；", "。", "、"),
    cases="`{name}` 的算例",
    reading="理由见读法",
)  # fmt: skip
PAGES = (ENGLISH, CHINESE)


def row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def carriage(one: Sentence, page: LawPage) -> str:
    if one.no_rule:
        return page.no_rule + one.no_rule
    named = {sort: [f"`{name}`" for kind, name in one.carriers() if kind == sort] for sort in CARRIERS}
    told = [f"{page.sorts[sort]} {' '.join(names)}" for sort, names in named.items() if names]
    between, before_note, _ = page.marks
    return between.join(told) + (before_note + one.note if one.note else "")


def proof(one: Sentence, page: LawPage) -> str:
    if one.no_rule:
        return ""
    by = [page.cases.format(name=name) for name in one.items] + [f"`{name}`" for name in one.tests]
    return page.marks[2].join(by) or page.reading


def written(page: LawPage) -> str:
    """docs/law.md, or its sister."""
    count = Counter("none" if one.no_rule else "rule" for one in sentences())
    lines = [page.sister, "", f"# {page.title}", "", *page.prose, "", page.count.format(**count)]
    place = ""
    for one in sentences():
        if one.place != place:
            place = one.place
            lines += ["", f"## {place}", "", row([*page.header]), "|---|---|---|"]
        lines.append(row([one.words, carriage(one, page), proof(one, page)]))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.file)
def test_the_page_is_the_table(page: LawPage, request: pytest.FixtureRequest) -> None:
    path = DOCS / page.file
    if request.config.getoption("--refresh-golden"):
        path.write_text(written(page), "utf-8")
    assert path.read_text("utf-8") == written(page), (
        f"run pytest tests/scoring/test_law.py --refresh-golden, and read docs/{page.file}"
    )
