"""The one strict reader: every mistake of every kind of file at once, each with its line, the line itself and a remedy."""

from collections.abc import Callable

import pytest

from kaoping.files.calendars import read_source
from kaoping.files.cases import read_cases
from kaoping.files.profiles import read_profile
from kaoping.files.rulebooks import read_rulebook
from kaoping.files.toml.lines import line_at, lines_of
from ledger.sentences import UnusableFile

RULEBOOK = 'format = "1"\n[ratings]\nsatisfied = [\n "满意",\n 5,\n]\nunsatisfied = 3\n'
PROFILE = 'name = 7\n[[events]]\nkind = "sign"\n\n[[events]]\nkinds = "x"\n'
CALENDAR = '[[closure]]\nfrom = 2023-05-08\nto = "2023-02-30"\nname = "停电"\n'
CASES = '[[cases]]\ntitle = "一"\n[[cases]]\ntitle = 2\nfindings = [{ item = "praise" }, 3]\n'
BROKEN: dict[str, tuple[Callable[[str, str], object], str, list[tuple[int, str]]]] = {
    "rulebook": (read_rulebook, RULEBOOK, [(1, "format"), (5, "ratings.satisfied[1]"), (7, "ratings.unsatisfied")]),
    "profile": (read_profile, PROFILE, [(1, "name"), (5, "events[1].kind"), (6, "events[1].kinds")]),
    "calendar": (read_source, CALENDAR, [(1, "closure[0].document"), (3, "closure[0].to")]),
    "key with a path in it": (read_source, '["a.b = [c"]\n', [(1, "a.b = [c")]),
    "cases": (read_cases, CASES, [(4, "cases[1].title"), (5, "cases[1].findings[1]")]),
}


@pytest.mark.parametrize(("read", "text", "wanted"), BROKEN.values(), ids=BROKEN)
def test_every_mistake_is_told_at_once_with_its_line(
    read: Callable[[str, str], object], text: str, wanted: list[tuple[int, str]]
) -> None:
    with pytest.raises(UnusableFile) as told:
        read(text, "x.toml")
    found = [(one.row, one.column) for _, one in told.value.problems]
    assert [one for one in wanted if one not in found] == []
    for _, one in told.value.problems:
        assert str(one.remedy)
        assert one.excerpt == (text.splitlines()[one.row - 1].strip() if one.row else "")


def test_lines_of_nested_tables_keys_and_lists() -> None:
    lines = lines_of(
        'a.b = 1\n[t]\nx = [\n  1, # [no]\n  { y = "]", z = 2 },\n]\n[[s]]\n[[s.i]]\n"k.l" = """\n[x]\n"""\n[[s.i]]\nq = 1\n'
    )
    wanted = {
        "a.b": 1,
        "t": 2,
        "t.x[0]": 4,
        "t.x[1].z": 5,
        "s[0]": 7,
        "s[0].i[0]": 8,
        "s[0].i[0].k.l": 9,
        "s[0].i[1].q": 13,
    }
    assert {path: lines.get(path) for path in wanted} == wanted
    assert line_at(lines, "s[0].i[1].gone") == 12
    assert line_at(lines, "nowhere") == 0
