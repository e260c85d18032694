"""The line of every table, key and list element of a TOML text that has been read already."""

import re
import tomllib
from collections.abc import Mapping

GAP = re.compile(r"(?:\s|#[^\n]*)*")
KEY = re.compile(r"""[ \t]*("(?:\\.|[^"\\])*"|'[^']*'|[A-Za-z0-9_-]+)[ \t]*(\.?)""")
SCALAR = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?!")|'
    r"'''.*?'''(?!')|"
    r'"(?:\\.|[^"\\])*"|'
    r"'[^']*'|"
    r"[^\s,\]}#]+(?:[ ]\d[^\s,\]}#]*)?",  # a space may stand in a date with its time
    re.DOTALL,
)


def lines_of(text: str) -> dict[str, int]:
    """The line of each path, such as sheets[0].items[2].words, elements counted from 0; for a text that is TOML."""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    table, at = "", _skip(text, 0)
    while at < len(text):
        if text[at] == "[":
            brackets = 2 if text.startswith("[[", at) else 1
            names, end = _key(text, at + brackets)
            table = _header(names, brackets == 2, counts, lines, _line(text, at))
            at = end + brackets
        else:
            at = _pair(text, at, table, lines)
        at = _skip(text, at)
    return lines


def line_at(lines: Mapping[str, int], path: str) -> int:
    """The line of a path, or of the nearest table around it; 0 when nothing fits."""
    while path and path not in lines:
        cut = max(path.rfind("."), path.rfind("["))
        path = path[:cut] if cut > 0 else ""
    return lines.get(path, 0)


def _header(names: list[str], repeated: bool, counts: dict[str, int], lines: dict[str, int], line: int) -> str:
    """The path of a table that begins on a line, each array of tables at its latest element."""
    path = ""
    for place, name in enumerate(names):
        path = _joined(path, name)
        lines.setdefault(path, line)
        if repeated and place == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = f"{path}[{counts[path]}]"
            lines.setdefault(path, line)
    lines[path] = line
    return path


def _pair(text: str, at: int, path: str, lines: dict[str, int]) -> int:
    """Notes a key and all in its value; gives where the value ends."""
    line = _line(text, at)
    names, end = _key(text, at)
    for name in names:
        path = _joined(path, name)
        lines.setdefault(path, line)
    return _value(text, _skip(text, end + 1), path, lines)


def _value(text: str, at: int, path: str, lines: dict[str, int]) -> int:
    if text[at] not in "[{":
        scalar = SCALAR.match(text, at)
        assert scalar is not None
        _note_lines(text, scalar, path, lines)
        return scalar.end()
    elements, number = text[at] == "[", 0
    at = _skip(text, at + 1)
    while text[at] not in "]}":
        if elements:
            lines[f"{path}[{number}]"] = _line(text, at)
            at, number = _value(text, at, f"{path}[{number}]", lines), number + 1
        else:
            at = _pair(text, at, path, lines)
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return at + 1


def _note_lines(text: str, scalar: re.Match[str], path: str, lines: dict[str, int]) -> None:
    """Notes the lines of a text that has several, counted from 0 like elements; the break behind its quotes is none of it."""
    quoted = scalar.group()
    if quoted.startswith(('"""', "'''")):
        first = _line(text, scalar.start()) + (quoted[3:4] == "\n")
        for number in range(quoted.count("\n") + 1):
            lines[f"{path}[{number}]"] = first + number


def _key(text: str, at: int) -> tuple[list[str], int]:
    """The names of a key, dots between them, and where it ends."""
    names: list[str] = []
    more = "."
    while more:
        part = KEY.match(text, at)
        assert part is not None
        quoted, more = part.groups()
        names.append(tomllib.loads(f"key = {quoted}")["key"] if quoted[0] in "\"'" else quoted)
        at = part.end()
    return names, at


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _skip(text: str, at: int) -> int:
    gap = GAP.match(text, at)
    assert gap is not None
    return gap.end()


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
