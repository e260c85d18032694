"""The map of the house in both READMEs: each file with its job, taken from where the file itself says it (`make map`)."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
CHINESE = ROOT / "docs" / "map.zh.toml"
ROOMS = ("calendars", "ledger", "metrics", "scoring", "kaoping", "data", "docs", "tests", "bench")
READMES = {"README.md": "en", "README.zh-CN.md": "zh"}
FENCE = re.compile(r"(^```\n)(calendars/.*?)(^```$)", re.MULTILINE | re.DOTALL)
WIDTH = 26  # columns before the job


def entries() -> Iterator[tuple[str, int]]:
    """(path, depth) of every folder and Python file, a folder before what is in it."""
    for room in ROOMS:
        yield from _below(ROOT / room, 0)


def _below(folder: Path, depth: int) -> Iterator[tuple[str, int]]:
    yield f"{folder.relative_to(ROOT).as_posix()}/", depth
    inside = sorted(path for path in folder.iterdir() if not path.name.startswith(("__", ".")))
    python = folder.relative_to(ROOT).parts[0] not in ("data", "docs")
    for path in inside:
        if path.is_file() and path.suffix == ".py" and path.stem != "__init__":
            yield path.relative_to(ROOT).as_posix(), depth + 1
    for path in inside:
        if path.is_dir() and any(path.iterdir()):
            if python and (path / "__init__.py").exists():
                yield from _below(path, depth + 1)
            else:
                yield f"{path.relative_to(ROOT).as_posix()}/", depth + 1


def jobs(language: str) -> dict[str, str]:
    """Path -> its job in a language. English is what the file's docstring begins with, Chinese what docs/map.zh.toml says."""
    told = tomllib.loads(CHINESE.read_text("utf-8"))
    if language == "zh":
        return dict(told["jobs"])
    return {path: told["plain"].get(path) or _docstring(path) for path, _ in entries()}


def _docstring(path: str) -> str:
    file = ROOT / path
    source = file / "__init__.py" if path.endswith("/") else file
    said = ast.get_docstring(ast.parse(source.read_text("utf-8"))) if source.exists() else None
    first = (said or "").splitlines()[0] if said else ""
    return first[:1].lower() + re.split(r"[:.;](?:\s|$)", first[1:])[0] if first else ""


def drawn(language: str) -> str:
    """The lines of the map."""
    told = jobs(language)
    lines = []
    for path, depth in entries():
        name = "  " * depth + (f"{Path(path).name}/" if path.endswith("/") else Path(path).name)
        lines.append(f"{name:<{WIDTH}} {told.get(path, '')}".rstrip())
    return "\n".join(lines) + "\n"


def put(text: str, language: str) -> str:
    """A README's text with the map drawn anew."""
    found = FENCE.search(text)
    assert found, "the README has no map: a fenced block that begins with calendars/"
    return text[: found.start(2)] + drawn(language) + text[found.end(2) :]


def main() -> None:
    """Write the map into both READMEs."""
    for name, language in READMES.items():
        path = ROOT / name
        path.write_text(put(path.read_text("utf-8"), language), "utf-8")


if __name__ == "__main__":
    main()
