"""Names that are most like one that is not known: headings that drifted, units written otherwise, words mistyped."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher

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
    whole = plain(one), plain(other)
    if whole[0] == whole[1]:
        return 1.0
    kinds = [_kind(name) for name in whole]
    first, second = sorted((_stem(whole[0]), _stem(whole[1])))
    ratio: float = SequenceMatcher(None, first, second, autojunk=False).ratio()
    if min(len(first), len(second)) > 1 and (first in second or second in first):
        ratio = max(ratio, CONTAINED)
    return min(ratio, 0.99) if kinds[0] == kinds[1] else ratio * 0.6


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
