"""Names that are most like one that is not known: headings that drifted, units written otherwise, words mistyped."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

LIKE = 0.5  # from here on two names may be meant alike
CONTAINED = 0.75  # 签收时间 in 单位签收时间: what drifts is mostly put before or after
COMMON = ("时间", "日期", "时刻", "是否", "工单", "人民政府", "政府")  # said by so many names that it tells nothing
FEW = 3
MARKED = re.compile(r"\*|\((必填|选填|必填项)\)|:$")


def plain(name: str) -> str:
    """A name without what drifts: spaces, line breaks, case, full-width forms, asterisks, that it must be filled in, a colon behind it."""
    return MARKED.sub("", "".join(unicodedata.normalize("NFKC", name).casefold().split()))


def nearest(name: str, among: Iterable[str], most: int = FEW) -> tuple[str, ...]:
    """Those of `among` that are like the name, the likest first; none where nothing is like it."""
    found = [(-likeness(name, other), place, other) for place, other in enumerate(dict.fromkeys(among))]
    return tuple(other for less, _, other in sorted(found)[:most] if -less >= LIKE)


def likeness(one: str, other: str) -> float:
    """How like two names are, from 0 to 1 (equal but for what drifts). It is shown to people and decides nothing."""
    name, near = _meant(one), _meant(other)
    if name.plain == near.plain:
        return 1.0
    if name.signs.isdisjoint(near.signs):
        return 0.0
    first, second = sorted((name.stem, near.stem))
    ratio: float = SequenceMatcher(None, first, second, autojunk=False).ratio()
    if min(len(first), len(second)) > 1 and (first in second or second in first):
        ratio = max(ratio, CONTAINED)
    return min(ratio, 0.99) if name.kind == near.kind else ratio * 0.6


class Meant(NamedTuple):
    """What of a name counts: without what drifts (`plain`), without what so many say (`stem`), its `signs`, and what it speaks of."""

    plain: str
    stem: str
    signs: frozenset[str]
    kind: str


@lru_cache(2**14)
def _meant(name: str) -> Meant:
    whole = plain(name)
    stem = _stem(whole)
    return Meant(whole, stem, frozenset(stem), _kind(whole))


def _stem(name: str) -> str:
    rest = name
    for word in COMMON:
        rest = rest.replace(word, "")
    return rest or name


def _kind(name: str) -> str:
    """What a heading speaks of: times, counts and the rest are not taken for each other."""
    for kind, words in (
        ("count", ("次数", "天数", "件次", "件数")),
        ("time", ("时间", "日期", "时刻", "_at", "date", "time")),
    ):
        if any(word in name for word in words):
            return kind
    return ""
