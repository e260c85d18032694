"""Every mistake of a rulebook is told: the file, the line, what is wrong and how to mend it; all of them at once."""

import re
from fractions import Fraction
from pathlib import Path

import attrs
import pytest

from kaoping.files.cases import read_cases
from kaoping.files.rulebooks import read_rulebook
from kaoping.language.language import Language
from kaoping.language.words import field_of
from kaoping.reports.rules import rules_json, rules_page
from ledger.facts import KIND, LIFECYCLE, STORED_AS, fields_of
from ledger.sentences import UnusableFile
from metrics.derive import clock_of
from metrics.measures import MEASURE
from scoring.law.checks import OPTIONS
from scoring.law.rulebook import (
    KEYS,
    KINDS,
    PERIODS,
    Cap,
    Component,
    Digits,
    Item,
    Part,
    Ratings,
    Reading,
    Rulebook,
    Sheet,
    Tier,
    Veto,
    Year,
)
from scoring.law.terms import Board, Grade, Limit
from scoring.scores.cases import Case, try_cases
from scoring.scores.sheets import Judging
from tests.logs import calendar, rulebook_text

# The sheets come first, so that their lines can be counted by eye.
HEAD = """\
format = 1
id = "small"
title = "小县考评细则"
issuer = "小县热线办"
source = "小热线〔2025〕1 号"
valid_from = 2025-01-01
valid_until = 2025-12-31

[ratings]
satisfied = ["满意"]
unsatisfied = ["不满意"]

[[sheets]]
id = "month"
title = "月度考核"
place = "附件"
channels = ["12345"]
points = 30

[[sheets.items]]
id = "signing"
title = "签收率"
points = 20
place = "第二条"
words = "签收率 100% 得 20 分，每低 1 个百分点扣 1 分。"
[[sheets.items.parts]]
kind = "rate"
measure = "signed"
limit = "0.5"
at_least = 100

[[sheets.items]]
id = "praise"
title = "表扬"
points = 10
full = 0
place = "第三条"
words = "表扬每次得 5 分。"
[[sheets.items.parts]]
kind = "awards"
finding = "praise"
award = 5

[[years]]
id = "year"
title = "年度评分"
place = "第四条"
words = "十二个月的平均分。"
[[years.components]]
sheet = "month"
weight = 100
"""
READINGS = {
    "half_day": "elapsed half_blocks", "whole_days": "next_day elapsed", "day_ends": "close midnight",
    "month_of": "decided dispatched", "returned_rounds": "leave stay", "undecided_requests": "granted refused",
    "assist_rounds": "count leave", "neutral_rating": "unrated satisfied", "steps": "proportional whole",
    "rounding": "staged final",
}  # fmt: skip


def reading(name: str, options: str, default: str = "") -> str:
    named = options.split()
    meant = ", ".join(f'{option} = "{option}"' for option in named)
    return (
        f'\n[[readings]]\nid = "{name}"\ntitle = "读法"\nwords = "原文"\ndefault = "{default or named[0]}"\n'
        f'reason = "理由"\nsource = "第一条"\noptions = {{ {meant} }}\n'
    )


SMALL = HEAD + "".join(reading(name, options) for name, options in READINGS.items())


def told(text: str) -> list[str]:
    """Every mistake as place and sentence; each has its remedy, and the line itself as excerpt."""
    with pytest.raises(UnusableFile) as refused:
        read_rulebook(text, "r.toml")
    assert str(refused.value).startswith("r.toml cannot be used:")
    for _, one in refused.value.problems:
        assert str(one.remedy)
        assert not one.row or one.excerpt == text.splitlines()[one.row - 1].strip()[:80]
    return [
        f"{shown_place(file, one.row)}: {' '.join(filter(None, (one.column, str(one.why))))}"
        for file, one in refused.value.problems
    ]


def shown_place(file: str, row: int) -> str:
    return f"{file}:{row}" if row else file


def changed(before: str, after: str) -> str:
    assert SMALL.count(before) == 1, before
    return SMALL.replace(before, after)


def test_a_rulebook_without_mistakes_is_read() -> None:
    book = read_rulebook(SMALL, "r.toml")
    assert (book.id, len(book.sheets[0].items), book.reading("steps")) == ("small", 2, "proportional")


AWARD = "award = 5\n"
ITEM_KEYS = (
    "id title points place words parts extra full floor cap concerns when_empty exemptible valid_from valid_until"
)
MEASURES = (
    "signed responded returned returned_again closed satisfied redone extended_first extended_second sealed volume"
)
MISTAKES: dict[str, tuple[str, list[str]]] = {
    "no TOML": (
        changed("format = 1", "format = "),
        ["r.toml:1: is no TOML: Invalid value (at line 1, column 10)"],
    ),
    "another format": (
        changed("format = 1", "format = 2"),
        ["r.toml:1: there is no format 2; known: 1"],
    ),
    "unknown key of an item": (
        changed('title = "签收率"', 'titel = "签收率"'),
        ["r.toml:22: sheets[0].items[0].titel means nothing here",
         "r.toml:20: sheets[0].items[0].title is missing"],
    ),
    "unknown key of the rulebook": (
        changed('id = "small"', 'id = "small"\nauthor = "某"'),
        ["r.toml:3: author means nothing here"],
    ),
    "missing key": (
        changed('title = "月度考核"\n', ""),
        ["r.toml:13: sheets[0].title is missing"],
    ),
    "no such measure": (
        changed('measure = "signed"', 'measure = "sign"'),
        [f"r.toml:26: item signing: there is no measure sign; known: {MEASURES}",
         "r.toml:26: item signing: limit 1/2 is no number of half days of a deadline."],
    ),
    "no such measure to divide by": (
        changed('measure = "signed"', 'measure = "signed"\nover = "tickets"'),
        [f"r.toml:26: item signing: there is no measure tickets; known: {MEASURES}"],
    ),
    "points that do not add up": (
        changed("points = 30", "points = 100"),
        ["r.toml:18: sheet month: its items add up to 30, not to 100."],
    ),
    "points that do not add up from some day on": (
        changed('title = "表扬"', 'title = "表扬"\nvalid_until = 2025-06-30'),
        ["r.toml:18: sheet month: its items add up to 20, not to 30."],
    ),
    "one item twice at a time": (
        changed('id = "praise"', 'id = "signing"\nvalid_from = 2025-06-01'),
        ["r.toml:18: sheet month: its items add up to 20, not to 30.",
         "r.toml:33: sheet month: item signing is there twice for the same time."],
    ),
    "an item that ends before it starts": (
        changed('title = "表扬"', 'title = "表扬"\nvalid_from = 2025-07-01\nvalid_until = 2025-06-30'),
        ["r.toml:18: sheet month: its items add up to 20, not to 30.",
         "r.toml:18: sheet month: its items add up to 20, not to 30.",
         "r.toml:36: valid_until lies before valid_from."],
    ),
    "no words of the law": (
        changed('words = "表扬每次得 5 分。"', 'words = ""'),
        ["r.toml:32: item praise: the law's words or their place are missing."],
    ),
    "no place in the law": (
        changed('place = "第三条"', 'place = ""'),
        ["r.toml:32: item praise: the law's words or their place are missing."],
    ),
    "no place of a year": (
        changed('place = "第四条"', 'place = ""'),
        ["r.toml:44: year year: the law's words or their place are missing."],
    ),
    "a float": (
        changed('limit = "0.5"', "limit = 0.5"),
        ["r.toml:29: sheets[0].items[0].parts[0].limit 0.5 is no exact number"],
    ),
    "a number in words": (
        changed("award = 5", 'award = "五"'),
        ["r.toml:42: sheets[0].items[1].parts[0].award '五' is no exact number"],
    ),
    "text for a day": (
        changed("valid_from = 2025-01-01", 'valid_from = "2025-01-01"'),
        ["r.toml:6: valid_from '2025-01-01' is not a date"],
    ),
    "an end before the start": (
        changed("valid_until = 2025-12-31", "valid_until = 2024-12-31"),
        ["r.toml:7: valid_until lies before valid_from."],
    ),
    "a channel on two sheets": (
        SMALL + '\n[[sheets]]\nid = "other"\ntitle = "又一张"\nplace = "附件"\nchannels = ["信箱", "12345"]\npoints = 0\nitems = []\n',
        ["r.toml:147: channel 12345 is on two sheets."],
    ),
    "a sheet twice": (
        SMALL + '\n[[sheets]]\nid = "month"\ntitle = "又一张"\nplace = "附件"\npoints = 0\nitems = []\n',
        ["r.toml:144: sheet month is there twice."],
    ),
    "a default that is no option": (
        SMALL.replace('default = "proportional"', 'default = "half"'),
        ["r.toml:129: reading steps: its default half is none of its options."],
    ),
    "a reading that is not given": (
        SMALL.replace(reading("steps", READINGS["steps"]), ""),
        ["r.toml:53: the reading steps is not given: say how it is read, and why."],
    ),
    "a reading twice": (
        SMALL + reading("steps", READINGS["steps"]),
        ["r.toml:144: reading steps is there twice."],
    ),
    "an option nothing computes": (
        SMALL.replace(reading("steps", READINGS["steps"]), reading("steps", "proportional half")),
        ["r.toml:132: there is no reading steps = half; known: proportional whole"],
    ),
    "a reading without its reason": (
        SMALL + reading("mine", "a b").replace('reason = "理由"', 'reason = ""'),
        ["r.toml:143: reading mine: its reason or its source is missing."],
    ),
    "unknown kind": (
        changed('kind = "rate"', 'kind = "ratio"'),
        ["r.toml:26: item signing: ratio is no kind of rule; known: rate scaled tiers cases findings awards pairs bonus"],
    ),
    "tiers out of order": (
        changed('kind = "rate"', 'kind = "tiers"\ntiers = [{ at_least = 90, points = 10 }, { at_least = 95, points = 20 }]'),
        ["r.toml:26: item signing: tiers go from the highest rate to the lowest."],
    ),
    "tiers that pay more for less": (
        changed('kind = "rate"', 'kind = "tiers"\ntiers = [{ at_least = 95, points = 10 }, { at_least = 90, points = 20 }]'),
        ["r.toml:26: item signing: tiers go from the highest rate to the lowest."],
    ),
    "no tiers": (
        changed('kind = "rate"', 'kind = "tiers"'),
        ["r.toml:26: item signing: it has no tiers."],
    ),
    "a rate of both": (
        changed("at_least = 100", "at_least = 100\nat_most = 3"),
        ["r.toml:26: item signing: a rate has either at_least or at_most."],
    ),
    "a rate of neither": (
        changed("at_least = 100\n", ""),
        ["r.toml:26: item signing: a rate has either at_least or at_most."],
    ),
    "a rate of nothing": (
        changed('measure = "signed"\nlimit = "0.5"\n', ""),
        ["r.toml:26: item signing: a rate needs its measure."],
    ),
    "a limit of no half days": (
        changed('limit = "0.5"', 'limit = "0.3"'),
        ["r.toml:26: item signing: limit 3/10 is no number of half days of a deadline."],
    ),
    "a limit of what has none": (
        changed('measure = "signed"', 'measure = "satisfied"'),
        ["r.toml:26: item signing: limit 1/2 is no number of half days of a deadline."],
    ),
    "two limits of one measure": (
        changed(AWARD, AWARD + '[[sheets.items.parts]]\nkind = "cases"\nmeasure = "signed"\nlimit = 1\nprice = 1\n'),
        ["r.toml:32: item praise: signed has another limit on 12345 elsewhere."],
    ),
    "limit and limits": (
        changed('limit = "0.5"', 'limit = "0.5"\nlimits = [{ days = "0.5" }]'),
        ["r.toml:26: item signing: it has both limit and limits."],
    ),
    "a limit beside weights": (
        changed('measure = "signed"', "weights = { signed = 60, responded = 40 }"),
        ["r.toml:26: item signing: limit does not say of which measure: write limits, each with its measure and days."],
    ),
    "a limit of what the part does not judge": (
        changed('limit = "0.5"', 'limits = [{ measure = "responded", days = 1 }]'),
        ["r.toml:26: item signing: limits are of a measure that it judges, and that is one of: signed responded returned"],
    ),
    "a limit of what the ticket itself limits": (
        changed('measure = "signed"\nlimit = "0.5"', 'measure = "closed"\nlimits = [{ days = 5 }]'),
        ["r.toml:26: item signing: limits are of a measure that it judges, and that is one of: signed responded returned"],
    ),
    "a limit that ends before it begins": (
        changed('limit = "0.5"', "limits = [{ days = 1 }, { days = 1, valid_from = 2025-03-01, valid_until = 2025-02-01 }]"),
        ["r.toml:26: item signing: a limit's valid_until lies before its valid_from."],
    ),
    "two limits for one day": (
        changed('limit = "0.5"', 'limits = [{ days = 1, valid_until = 2025-07-01 }, { days = "0.5", valid_from = 2025-07-01 }]'),
        ["r.toml:20: item signing: signed has another limit on 12345 elsewhere."],
    ),
    "a day without a limit": (
        changed('limit = "0.5"', 'limits = [{ days = 1, valid_until = 2025-06-29 }, { days = "0.5", valid_from = 2025-07-01 }]'),
        ["r.toml:20: item signing: signed has no limit on 12345 on 2025-06-30."],
    ),
    "a limit that begins in the year, and none before": (
        changed('limit = "0.5"', "limits = [{ days = 1, valid_from = 2025-07-01 }]"),
        ["r.toml:20: item signing: signed has no limit on 12345 on 2025-01-01."],
    ),
    "rates rounded that nothing weighs": (
        changed("at_least = 100", "at_least = 100\nround_rates = true"),
        ["r.toml:26: item signing: round_rates is for rates that are weighed; it has no weights."],
    ),
    "two tolerances": (
        changed("at_least = 100", "at_least = 100\ntolerated = 2\ntolerated_percent = 1"),
        ["r.toml:26: item signing: it has both tolerated and tolerated_percent."],
    ),
    "a tolerance of nothing": (
        changed("at_least = 100", "at_least = 100\ntolerated = 0"),
        ["r.toml:26: item signing: tolerated is more than 0."],
    ),
    "a tolerance of everything": (
        changed("at_least = 100", "at_least = 100\ntolerated_percent = 100"),
        ["r.toml:26: item signing: tolerated_percent is below 100."],
    ),
    "a tolerance of what has no count": (
        changed('measure = "signed"\nlimit = "0.5"\nat_least = 100', 'measure = "redone"\nat_most = 3\ntolerated_percent = 1'),
        ["r.toml:26: item signing: tolerated_percent of what? redone has no count of its own: write over."],
    ),
    "a tolerance of awards": (
        changed("award = 5", "award = 5\ntolerated = 1"),
        ["r.toml:39: item praise: tolerated is for rate scaled tiers cases findings pairs."],
    ),
    "a tolerance of rewards": (
        changed(AWARD, AWARD + '[[sheets.items.parts]]\nkind = "findings"\nfinding = "x"\nprice = -1\ntolerated = 1\n'),
        ["r.toml:43: item praise: a reward is nothing to tolerate."],
    ),
    "too few of findings": (
        changed("award = 5", "award = 5\nfew = 5"),
        ["r.toml:39: item praise: few is for rate scaled tiers."],
    ),
    "no such way with few": (
        changed("at_least = 100", 'at_least = 100\nfew = 5\nwhen_few = "zero"'),
        ["r.toml:26: item signing: when_few is one of: as_empty mark"],
    ),
    "few of a measure that it does not weigh": (
        changed("at_least = 100", 'at_least = 100\nfew = 5\nfew_of = "closed"'),
        ["r.toml:26: item signing: few_of is one of: each signed"],
    ),
    "few of something without how many": (
        changed("at_least = 100", 'at_least = 100\nfew_of = "signed"'),
        ["r.toml:26: item signing: few_of needs few: how many are enough."],
    ),
    "a penalty without a floor": (
        changed("full = 0", "extra = true").replace("points = 30", "points = 20").replace('"awards"', '"findings"')
        .replace(AWARD, "price = 3\n"),
        [
            "r.toml:32: item praise: it can take nothing: its floor is 0, and that is where it starts from. "
            'Write floor = -10 (at most 10 off) or floor = "none" (no bound of its own).'
        ],
    ),
    "an award that is full from the beginning": (
        changed("full = 0\n", ""),
        [
            "r.toml:32: item praise: it can give nothing: its cap is 10, and that is where it starts from. "
            'Write full = 0 (it is earned), a higher cap, or cap = "none" (no bound of its own).'
        ],
    ),
    "a floor that is a word": (
        changed("full = 0", 'full = 0\nfloor = "never"'),
        ["r.toml:37: sheets[0].items[1].floor 'never' is no exact number"],
    ),
    "a way with few without how many": (
        changed("at_least = 100", 'at_least = 100\nwhen_few = "mark"'),
        ["r.toml:26: item signing: when_few needs few: how many are enough."],
    ),
    "nobody of that sort apart": (
        changed("points = 30", 'points = 30\napart = ["none"]'),
        ["r.toml:19: sheet month: apart is of: no_tickets none_due"],
    ),
    "ranked and apart": (
        changed("points = 30", 'points = 30\nwithout_tickets = "everyone"\napart = ["no_tickets"]'),
        ["r.toml:20: sheet month: without_tickets = everyone ranks who apart takes out of the ranking."],
    ),
    "a last grade that asks": (
        changed("points = 30", 'points = 30\ngrades = [{ grade = "A", at_least = 20 }]'),
        ["r.toml:19: grade A: the last grade asks for nothing: it is for all the others."],
    ),
    "a better grade that asks nothing": (
        changed("points = 30", 'points = 30\ngrades = [{ grade = "A" }, { grade = "B" }]'),
        ["r.toml:19: grade A: only the last grade asks for nothing."],
    ),
    "a grade twice": (
        changed("points = 30", 'points = 30\ngrades = [{ grade = "A", at_least = 20 }, { grade = "A" }]'),
        ["r.toml:19: grade A is there twice."],
    ),
    "a grade nobody gets": (
        changed("points = 30", 'points = 30\ngrades = [{ grade = "A", at_least = 20 }, { grade = "B", at_least = 25 }, { grade = "C" }]'),
        ["r.toml:19: grade B: nobody gets it: who could has a better grade."],
    ),
    "a grade of no rank": (
        changed("points = 30", 'points = 30\ngrades = [{ grade = "A", first = 0 }, { grade = "B" }]'),
        ["r.toml:19: grade A: first is 1 or more."],
    ),
    "a grade of all": (
        changed("points = 30", 'points = 30\ngrades = [{ grade = "A", first_percent = 100 }, { grade = "B" }]'),
        ["r.toml:19: grade A: first_percent lies between 0 and 100."],
    ),
    "grades that no longer go together": (
        changed(
            "points = 30",
            'points = 30\ngrades = [{ grade = "A", at_least = 20 }, { grade = "B", at_least = 10, valid_until = 2025-06-30 },'
            ' { grade = "C", at_least = 5 }, { grade = "D", valid_until = 2025-06-30 }]',
        ),
        ["r.toml:19: grade C: the last grade asks for nothing: it is for all the others."],
    ),
    "a list of nobody": (
        changed("points = 30", 'points = 30\nboard = { red_at_least = 90, words = "红黑榜", place = "第五条" }'),
        [
            "r.toml:19: the red and black list: red and black say how many, and one of them is 1 or more.",
            "r.toml:19: the red and black list: red_at_least bounds a list of nobody.",
        ],
    ),
    "a list without its words": (
        changed("points = 30", 'points = 30\nboard = { red = 1, words = "", place = "第五条" }'),
        ["r.toml:19: the red and black list: the law's words or their place are missing."],
    ),
    "a dated grade of a year": (
        changed(
            "[[years.components]]",
            'grades = [{ grade = "A", at_least = 9, valid_from = 2025-02-01 }, { grade = "B" }]\n[[years.components]]',
        ),
        ["r.toml:49: year year: what holds for a year has no dates of its own."],
    ),
    "a case without its price": (
        changed(AWARD, AWARD + '[[sheets.items.parts]]\nkind = "cases"\nmeasure = "sealed"\n'),
        ["r.toml:43: item praise: a case needs its price."],
    ),
    "a finding without its name": (
        changed('finding = "praise"\n', ""),
        ["r.toml:39: item praise: a awards needs its finding."],
    ),
    "a finding with two prices": (
        changed(AWARD, AWARD + '[[sheets.items.parts]]\nkind = "findings"\nfinding = "x"\nprice = 1\nby = "mode"\nprices = { a = 1 }\n'),
        ["r.toml:43: item praise: a finding needs one of price, prices with by, price_reading."],
    ),
    "prices by nothing": (
        changed(AWARD, "prices = { city = 5 }\n"),
        ["r.toml:39: item praise: by is role or mode."],
    ),
    "a price by no reading": (
        changed(AWARD, AWARD + '[[sheets.items.parts]]\nkind = "findings"\nfinding = "x"\nprice_reading = "media"\n'),
        ["r.toml:43: item praise: there is no reading media."],
    ),
    "a price by a reading of words": (
        changed(AWARD, AWARD + '[[sheets.items.parts]]\nkind = "findings"\nfinding = "x"\nprice_reading = "media"\n')
        + reading("media", "two 2"),
        ["r.toml:154: 'two' is no exact number"],
    ),
    "half a pair": (
        changed(AWARD, AWARD + '[[sheets.items.parts]]\nkind = "pairs"\nfinding = "notice"\nprice = 1\n'),
        ["r.toml:43: item praise: a pair needs answered_by, limit and price."],
    ),
    "a bonus for each nothing": (
        changed(AWARD, AWARD + '[[sheets.items.parts]]\nkind = "bonus"\nmeasure = "volume"\nper = { "乡镇" = 0 }\n'),
        ["r.toml:43: item praise: a bonus needs per: a whole number of 1 or more for each group."],
    ),
    "no parts": (
        SMALL.replace(SMALL[SMALL.index("[[sheets.items.parts]]\nkind = \"awards\"") : SMALL.index("[[years]]")], "parts = []\n"),
        ["r.toml:32: item praise: it has no parts: nothing judges it."],
    ),
    "bounds out of order": (
        changed("full = 0", "full = 0\nfloor = 3"),
        ["r.toml:32: item praise: floor, full and cap are not in order."],
    ),
    "no such way with empty items": (
        changed("full = 0", 'full = 0\nwhen_empty = "zero"'),
        ["r.toml:37: item praise: when_empty is one of: full respread group_mean"],
    ),
    "no such period": (
        changed("points = 30", 'points = 30\nperiod = "week"'),
        ["r.toml:19: sheet month: period is one of: month quarter half year"],
    ),
    "ties by no item": (
        changed("points = 30", 'points = 30\nties = "volume"'),
        ["r.toml:19: sheet month: ties is share, or an item of it."],
    ),
    "a group of no items": (
        changed("[[years]]", '[[sheets.caps]]\nitems = ["signing", "extras"]\ncap = 25\n\n[[years]]'),
        ["r.toml:45: sheet month: there is no item extras."],
    ),
    "a veto of nothing": (
        changed("[[years]]", '[[sheets.vetoes]]\ntitle = "作假"\nwords = "计 0 分"\nplace = "第五条"\n\n[[years]]'),
        ["r.toml:44: veto 作假: it needs a finding or a measure."],
    ),
    "weights that are not 100": (
        changed("weight = 100", "weight = 80"),
        ["r.toml:44: year year: its weights add up to 80, not to 100."],
    ),
    "a year of no sheet": (
        changed('sheet = "month"', 'sheet = "months"'),
        ["r.toml:44: year year: there is no sheet months."],
    ),
    "a year from no month": (
        changed('words = "十二个月的平均分。"', 'words = "十二个月的平均分。"\nstarts = 13\nranking = "unit"'),
        ["r.toml:50: year year: ranking is one of: sheet group",
         "r.toml:49: year year: starts is a month, 1 to 12."],
    ),
    "several at once, in the order of the text": (
        changed("points = 30", "points = 31").replace('place = "第三条"', 'place = ""').replace("weight = 100", "weight = 99"),
        ["r.toml:18: sheet month: its items add up to 30, not to 31.",
         "r.toml:32: item praise: the law's words or their place are missing.",
         "r.toml:44: year year: its weights add up to 99, not to 100."],
    ),
    "several of shape at once": (
        changed("at_least = 100", "at_least = 99.5").replace("points = 30", 'points = "三十"').replace('id = "year"', "id = 2025"),
        ["r.toml:30: sheets[0].items[0].parts[0].at_least 99.5 is no exact number",
         "r.toml:18: sheets[0].points '三十' is no exact number",
         "r.toml:45: years[0].id 2025 is not a text in quotes"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "lines"), MISTAKES.values(), ids=MISTAKES)
def test_every_mistake_is_told_with_its_line_and_remedy(text: str, lines: list[str]) -> None:
    assert sorted(told(text)) == sorted(lines)


def test_a_reading_taken_otherwise_must_be_one_of_its_options() -> None:
    with pytest.raises(UnusableFile) as refused:
        read_rulebook(SMALL, "r.toml", {"steps": "half", "weather": "fine"})
    lines = [f"{file}: {one.why}" for file, one in refused.value.problems]
    assert lines[0] == "r.toml: there is no reading steps = half; known: proportional whole"
    assert lines[1].startswith("r.toml: there is no reading weather = fine; known: half_day")


def test_what_is_read_otherwise_changes_the_digest() -> None:
    digests = {
        read_rulebook(SMALL, "r.toml").digest,
        read_rulebook(SMALL, "r.toml", {"steps": "whole"}).digest,
        read_rulebook(SMALL + "# 一句注释\n", "r.toml").digest,
    }
    assert len(digests) == 3
    assert read_rulebook(SMALL, "r.toml").digest == read_rulebook(SMALL, "另一个名字.toml").digest


def test_the_same_channel_may_stand_on_sheets_of_other_groups_or_periods() -> None:
    towns = changed("points = 30", 'points = 30\ngroups = ["乡镇"]')
    more = '\n[[sheets]]\nid = "{id}"\ntitle = "又一张"\nplace = "附件"\nchannels = ["12345"]\n{more}\npoints = 0\nitems = []\n'
    assert read_rulebook(towns + more.format(id="b", more='groups = ["部门"]'), "r.toml")
    assert read_rulebook(SMALL + more.format(id="b", more='period = "quarter"'), "r.toml")
    assert len(told(towns + more.format(id="b", more='groups = ["部门", "乡镇"]'))) == 1


def test_an_item_may_change_within_the_time_of_the_rules() -> None:
    first = changed('title = "表扬"', 'title = "表扬"\nvalid_until = 2025-06-30')
    again = SMALL[SMALL.index('[[sheets.items]]\nid = "praise"') : SMALL.index("[[years]]")]
    second = again.replace("award = 5", "award = 2").replace("full = 0", "full = 0\nvalid_from = 2025-07-01")
    book = read_rulebook(first.replace("[[years]]", second + "[[years]]"), "r.toml")
    awards = {month: [one.parts[0].award for one in book.sheets[0].items_of(month)][-1] for month in (202506, 202507)}
    assert awards == {202506: 5, 202507: 2}


def test_none_is_no_bound() -> None:
    unbound = changed("full = 0", 'full = 0\ncap = "none"').replace("points = 30", 'points = 30\nfloor = "none"')
    sheet = read_rulebook(unbound, "r.toml").sheets[0]
    assert (sheet.floor, sheet.items[1].cap) == (None, None)
    assert (sheet.cap, sheet.items[1].floor) == (Fraction(30), Fraction(0))
    (told,) = rules_json(read_rulebook(unbound, "r.toml"))["sheets"]
    assert (told["floor"], told["cap"], told["items"][1]["floor"], told["items"][1]["cap"]) == (
        "none",
        "30",
        "0",
        "none",
    )


def test_an_unknown_key_of_a_part_is_answered_with_those_of_its_kind() -> None:
    for before, after, likest, strange in (
        (AWARD, "awards = 5\n", "award", "at_least"), ("at_least = 100", "at_leest = 100", "at_least", "finding"),
    ):  # fmt: skip
        with pytest.raises(UnusableFile) as refused:
            read_rulebook(changed(before, after), "r.toml")
        remedy = str(next(one.remedy for _, one in refused.value.problems)).partition(": ")[2].split()
        assert remedy[0] == likest
        assert strange not in remedy
    assert set(KEYS) == {*KINDS}
    assert {key for keys in KEYS.values() for key in keys} == {field.name for field in attrs.fields(Part)}


def test_the_rules_tell_limits_that_are_not_written_and_what_is_divided_by() -> None:
    silent = (
        changed('limit = "0.5"\n', "")
        .replace('"awards"', '"findings"')
        .replace(AWARD, 'by = "mode"\nprices = { city = -2 }\n')
    )
    book = read_rulebook(silent, "r.toml")
    page = "\n".join(map(str, rules_page(Language("en"), book).blocks))
    assert "signed  limit: 0.5 working days  (not written: the usual limit)" in page
    assert "findings: praise [praise], city 2 on each" in page
    (sheet,) = rules_json(book)["sheets"]
    (part,) = sheet["items"][0]["parts"]
    assert part["default_limits"] == {"signed": {"12345": "0.5"}}
    assert (part["at_least"], part["slope"], part["over"]) == ("100", "1", "count")


def test_no_shipped_number_is_a_float() -> None:
    assert not re.search(r"^\s*\w+ = -?\d+\.\d", rulebook_text(), re.MULTILINE)


# the page about rulebooks


PAGE = (Path(__file__).parents[2] / "docs" / "rulebooks.md").read_text("utf-8")
CHINESE_PAGE = (Path(__file__).parents[2] / "docs" / "rulebooks.zh-CN.md").read_text("utf-8")


@pytest.mark.parametrize("page", [PAGE, CHINESE_PAGE], ids=["en", "zh"])
def test_the_logs_of_the_page_come_out(page: str) -> None:
    cases = [text for text in re.findall(r"(?:^    .*\n|^\n)+", page, re.MULTILINE) if "log = " in text]
    (text,) = cases
    read = read_cases(re.sub("^    ", "", text, flags=re.MULTILINE), "page.toml")
    court = list(try_cases(lambda taken: judging(dict(taken)), read))
    assert len(court) == 2
    assert all(one.holds for one in court)


def judging(taken: dict[str, str]) -> Judging:
    book = read_rulebook(rulebook_text(), "ganxian-2023.toml", taken)
    return Judging(book, clock_of(calendar(), book.practice()), as_of=10**14)


@pytest.mark.parametrize("page", [PAGE, CHINESE_PAGE], ids=["en", "zh"])
def test_every_word_that_a_log_can_have_is_read(page: str) -> None:
    rows = re.findall(r"^\| ((?:\S+ `[a-z]+`[,、]? ?)+) \| (.*)\|$", page, re.MULTILINE)
    told = {kind: details for kinds, details in rows for kind in re.findall(r"`([a-z]+)`", kinds) if kind in KIND}
    assert set(told) == {*LIFECYCLE, "finding", "exempt", "enrol"}
    for kind, details in told.items():
        fields = {STORED_AS.get(name, name) for name in re.findall(r"`([a-z_]+)`", details)}
        assert fields <= {*fields_of(KIND[kind])}, kind
        for name in re.findall(r"([\u4e00-\u9fff]+)=", details):
            assert field_of(kind, name) != name, name


def test_the_example_of_the_page_is_a_rulebook_of_less_than_150_lines() -> None:
    (example,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert len(example.splitlines()) < 150
    assert [one.id for one in read_rulebook(example, "qinghe-2025.toml").sheets[0].items] == [
        "signing", "closing", "satisfaction", "conduct"
    ]  # fmt: skip


def test_the_page_names_every_key_kind_reading_and_measure() -> None:
    named = set(re.findall(r"[a-z_0-9]+", " ".join(re.findall(r"`([^`]+)`", PAGE.replace("```", "")))))
    keys = {
        field.name
        for kind in (
            Rulebook,
            Ratings,
            Digits,
            Reading,
            Sheet,
            Item,
            Part,
            Tier,
            Cap,
            Veto,
            Component,
            Year,
            Case,
            Limit,
            Grade,
            Board,
        )
        for field in attrs.fields(kind)
    } - {"text", "taken", "file", "line", "facts", "untold"}
    options = {option for known in OPTIONS.values() for option in known}
    assert keys | {*KINDS, *PERIODS, *OPTIONS, *MEASURE} | options <= named
