"""A table's headings against a profile's columns: which are read, which are not, what is missing, and what is most like it."""

import re
from collections.abc import Iterator, Mapping, Sequence

import attrs

from ledger.intake.cells import BLANK, folded, shown
from ledger.intake.nearest import nearest, plain
from ledger.intake.profile import Profile
from ledger.intake.tables.table import Cell, LogTable
from ledger.sentences import Sentence, UnreadableFile, as_sentence, listed, sentence
from ledger.texts import masked

NUMBERS = ("隔离编号", "number aside")
"""The heading under which a workbook of rows kept aside names each of them."""
AGAIN = re.compile(r" ?\(\d+\)$")  # how a table's reader marks a heading that it met before
CITIZENS = re.compile(
    "来电人|诉求人|投诉人|举报人|联系人|市民|姓名|电话|手机|号码|身份证|证件|地址|住址|用户|邮箱|caller|phone|email|address|street|zip|latitude|longitude",
    re.I,
)
FREE_TEXT = re.compile("内容|标题|描述|详情|意见|备注|说明|原因|理由|答复|情况|content|description|comment|note", re.I)
ADD_HEADINGS = (
    "add the headings to a profile under [columns], or have one proposed for this file: kaoping profile new FILE"
)
LIKE_A_VALUE = re.compile(
    r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}.*|[A-Za-z-]*\d{6}\S*"
)  # a time, or a number: no heading is one
HEAD_IT = "put the row of headings of the export above it, and import it again"
CHOOSE = (
    "choose another profile, add the headings to this one, or have one proposed for this file: kaoping profile new FILE"
)


@attrs.frozen
class AbsentColumn:
    """A column of a profile that a table does not have: 签收时间, where 单位签收时间 is the most like it."""

    column: str
    heading: str
    likest: tuple[str, ...]


def columns_of(profile: Profile, header: Sequence[str]) -> Mapping[str, int]:
    """Our column name -> its place in the header, for every column of the profile that is there."""
    return {column: places[0] for column, places in _places(profile, header).items()}


def _places(profile: Profile, header: Sequence[str]) -> dict[str, list[int]]:
    """Column -> every place in the header that one of its headings has, the best heading first."""
    there: dict[str, list[int]] = {}
    for place, heading in enumerate(header):
        there.setdefault(plain(heading), []).append(place)
    for place, heading in enumerate(header):
        first = plain(AGAIN.sub("", heading))
        if AGAIN.search(heading) and first in there:
            there[first].append(place)
    found: dict[str, list[int]] = {}
    for column, headings in profile.columns.items():
        places = [place for heading in headings for place in there.get(plain(heading), ())]
        if places:
            found[column] = list(dict.fromkeys(places))
    return found


def place_of_number(header: Sequence[str]) -> int | None:
    """Where a table names the rows kept aside that its rows mend."""
    return next((place for place, heading in enumerate(header) if heading.strip() in NUMBERS), None)


def unread(profile: Profile, header: Sequence[str]) -> tuple[str, ...]:
    """The headings that no column of the profile reads."""
    read = {place for places in _places(profile, header).values() for place in places}
    return tuple(heading for place, heading in enumerate(header) if heading and place not in read)


def absent(profile: Profile, header: Sequence[str], among: Sequence[str] | None = None) -> tuple[AbsentColumn, ...]:
    """The columns of the profile, all or those `among` some, that the header lacks, each with the unread headings most like it."""
    there = columns_of(profile, header)
    free = [one for one in unread(profile, header) if not CITIZENS.search(one)]
    short = [one for one in free if not FREE_TEXT.search(one)]
    return tuple(
        AbsentColumn(column, headings[0], _likest(headings, free if FREE_TEXT.search(headings[0]) else short))
        for column, headings in profile.columns.items()
        if column not in there and (among is None or column in among)
    )


def _likest(headings: Sequence[str], among: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(other for heading in headings for other in nearest(heading, among, 1)))[:2]


def lacking(profile: Profile, header: Sequence[str]) -> tuple[str, ...]:
    """The first heading of each column the profile needs and the header does not have."""
    there = columns_of(profile, header)
    return tuple(profile.columns[column][0] for column in profile.needed if column not in there)


def _lacks(profile: Profile, header: Sequence[str]) -> Sentence:
    """What a profile needs and a header lacks, with the headings most like it."""
    told = [
        sentence("{heading} (perhaps {likest})", heading=one.heading, likest=" ".join(one.likest))
        if one.likest
        else as_sentence(one.heading)
        for one in absent(profile, header, profile.needed)
    ]
    return listed(told, " ")


def refuse_lacking(profile: Profile, table: LogTable) -> None:
    """Raises UnreadableFile for a table without a column that the profile needs."""
    if lacking(profile, table.header):
        lacks = _lacks(profile, table.header)
        why = sentence("lacks columns of profile {profile}: {columns}", profile=profile.name, columns=lacks)
        raise UnreadableFile(why, CHOOSE)


def choose(profiles: Sequence[Profile], table: LogTable) -> Profile:
    """The one profile whose needed columns are all there. Raises UnreadableFile on none, or several."""
    lacks = {profile.name: lacking(profile, table.header) for profile in profiles}
    fits = [profile for profile in profiles if not lacks[profile.name]]
    if len(fits) == 1:
        return fits[0]
    if fits:
        why = sentence("fits more than one profile: {names}", names=", ".join(profile.name for profile in fits))
        raise UnreadableFile(why, "name the one that is meant with --profile")
    close = sorted(
        (profile for profile in profiles if len(lacks[profile.name]) < len(profile.needed)),
        key=lambda profile: len(lacks[profile.name]),
    )
    if not close:
        if any(map(LIKE_A_VALUE.fullmatch, table.header)):
            raise UnreadableFile("has no headings: what stands first in it is a row of values", HEAD_IT)
        why = sentence("has a header that no profile knows: {header}", header=masked(" ".join(table.header)))
        raise UnreadableFile(why, ADD_HEADINGS)
    told = [sentence("{profile} lacks {columns}", profile=p.name, columns=_lacks(p, table.header)) for p in close[:3]]
    raise UnreadableFile(sentence("fits no profile: {lacks}", lacks=listed(told, "; ")), ADD_HEADINGS)


def refuse_doubles(profile: Profile, table: LogTable) -> None:
    """Raises UnreadableFile where several headings of one column stand in a table, and a row says more, or otherwise, under a
    later one. Columns `in_order` are read by the first heading that is there."""
    for column, headings, row, cells in _doubles(profile, table):
        why = sentence(
            "has two columns for {column} that differ: {first} and {other} (row {row}: '{one}' and '{two}')",
            column=column, first=headings[0], other=headings[1], row=row, one=masked(cells[0]), two=masked(cells[1]),
        )  # fmt: skip
        raise UnreadableFile(why, _which(column, headings))


def doubled(profile: Profile, table: LogTable) -> str | None:
    """The first column for which a table would be refused so; None: there is none."""
    return next((column for column, *_ in _doubles(profile, table)), None)


def _doubles(profile: Profile, table: LogTable) -> Iterator[tuple[str, tuple[str, str], int, tuple[str, str]]]:
    """Column, its two headings, and a row in which they differ, with what it says."""
    for column, (first, *others) in _places(profile, table.header).items():
        if column in profile.in_order:
            continue
        for other in others:
            for row, cells in _differing(profile, table, first, other):
                yield column, (table.header[first], table.header[other]), row, cells


def _which(column: str, headings: tuple[str, str]) -> Sentence:
    return sentence(
        "in a profile of your own, list only the heading that is meant under {column}, or give the other a column of its own;"
        " in_order = [{quoted}] takes the first",
        column=column, quoted=f'"{column}"',
    )  # fmt: skip


def _differing(profile: Profile, table: LogTable, first: int, other: int) -> Iterator[tuple[int, tuple[str, str]]]:
    nothing = frozenset(map(folded, ("", *profile.absent)))
    for row in table.rows:
        if not row.fault:
            one, two = (_said(row.cells[place], nothing) for place in (first, other))
            if two and one != two:
                yield row.number, (one, two)


def _said(cell: Cell, nothing: frozenset[str]) -> str:
    text = shown(cell).strip(BLANK)
    return "" if folded(text) in nothing else text
