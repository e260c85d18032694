"""Periods as people write them: 2023年6月, 2023/6, 202306, 2023年第二季度, 2023年上半年 -> 2023-06, 2023-Q2, 2023-H1, as they are kept."""

import re
import unicodedata

from ledger.sentences import Sentence, sentence

NUMERALS = {
    word: number
    for number, word in enumerate(["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"], 1)
}
NUMBER = r"(\d{1,2}|十[一二]|[一二三四五六七八九十])"
YEAR = r"((?:19|20)\d\d)"
WHOLE = re.compile(rf"{YEAR}(?:年度?|全年|年全年)?")
MONTH = re.compile(rf"{YEAR}(?:年|[-/.]){NUMBER}(?:月份?)?")
DIGITS = re.compile(rf"{YEAR}(\d\d)")
QUARTER = re.compile(rf"{YEAR}(?:年度?|[-/.])?(?:第?{NUMBER}季度?|[Qq]([1-4]))")
HALF = re.compile(rf"{YEAR}(?:年度?|[-/.])?(?:([上下])半年|[Hh]([12]))")
DAY = re.compile(rf"{YEAR}[-/.年]\d{{1,2}}[-/.月]\d{{1,2}}[日号]?|{YEAR}\d{{4}}")
SEVERAL = re.compile(r"\d{4}.*?(?:至|到|~|—|–|、|,|;|\.\.).*\d.*")
SHORT = re.compile(rf"\d\d(?:(?:年|[-/.]){NUMBER}(?:月份?)?|(?:0[1-9]|1[0-2])|年.*季度|年[上下]半年)")
NO_YEAR = re.compile(rf"{NUMBER}(?:月份?)?|第?{NUMBER}季度|[上下]半年|[Qq][1-4]|[Hh][12]")


class UnclearPeriod(ValueError):
    """A text that could be meant for several periods: why, and the `remedy`."""

    def __init__(self, why: Sentence, remedy: Sentence) -> None:
        super().__init__(str(why))
        self.why, self.remedy = why, remedy


UNCLEAR = (
    (DAY, sentence("{text} is a day, not a period."), sentence("Name its month, like 2023-05.")),
    (
        SEVERAL,
        sentence("{text} names several periods."),
        sentence("Ask for one at a time: a month 2023-05, or 2023-Q2, 2023-H1, 2023."),
    ),
    (
        SHORT,
        sentence("{text} does not say its year in full."),
        sentence("Write all four digits of the year, like 2023-05."),
    ),
    (
        NO_YEAR,
        sentence("{text} does not say of which year."),
        sentence("Write the year too, like 2023-05, 2023-Q2 or 2023-H1."),
    ),
)


def period_written(text: str) -> str:
    """The period as it is kept: 2023-06, 2023-Q2, 2023-H1, 2023; a text that is none stays as it is, to be refused where it is asked
    for. Raises UnclearPeriod for a day, for several periods, and for a year that is cut or missing."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    if found := WHOLE.fullmatch(plain):
        return found[1]
    if found := MONTH.fullmatch(plain) or DIGITS.fullmatch(plain):
        return _part(text, f"{found[1]}-{_number(found[2]):02}", _number(found[2]), 12)
    if found := QUARTER.fullmatch(plain):
        number = _number(found[2] or found[3])
        return _part(text, f"{found[1]}-Q{number}", number, 4)
    if found := HALF.fullmatch(plain):
        return f"{found[1]}-H{found[3] or '上下'.index(found[2]) + 1}"
    for pattern, why, remedy in UNCLEAR:
        if pattern.fullmatch(plain):
            raise UnclearPeriod(sentence(why.template, text=text), remedy)
    return text


def _part(text: str, kept: str, number: int, most: int) -> str:
    return kept if 1 <= number <= most else text


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else NUMERALS[text]
