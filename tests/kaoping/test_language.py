"""Every sentence that a reader can meet has its Chinese; the Chinese says the same names; nothing is translated for nobody."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import attrs
import pytest

from kaoping.cli import COMMANDS
from kaoping.files.rulebooks import read_rulebook
from kaoping.language.language import Language
from ledger.exchange import ROLES
from ledger.facts import KIND, Publish, fields_of
from ledger.sentences import listed, sentence
from metrics.oddities import CODES
from metrics.tallies import DURATIONS
from scoring.law.rulebook import KINDS as PART_KINDS

ROOT = Path(__file__).parents[2]
ROOMS = ("ledger", "metrics", "scoring", "calendars", "kaoping")
SECTIONS = tomllib.loads((ROOT / "data" / "language" / "zh.toml").read_text("utf-8"))
CHINESE = {english: chinese for section in SECTIONS.values() for english, chinese in section.items()}
BOOK = read_rulebook((ROOT / "data" / "rulebooks" / "ganxian-2023.toml").read_text("utf-8"), "ganxian-2023.toml")

# Which arguments of which calls are sentences of ours. Exceptions that speak (subclasses of UserError) take two.
SLOTS = {
    "say": (0,),
    "sentence": (0,),
    "busy": (0,),
    "Mistake": (2, 3),
    "UnfitCell": (0, 1),
    "Unfit": (0, 1),
    "_strictly": (1,),
    "_only": (1, 2),
    "_damaged": (0,),
}
# These files raise ValueErrors whose text becomes a problem's `why`.
VALUE_ERRORS = ("ledger/exchange.py", "ledger/intake/profile.py", "ledger/texts.py")
# The first lines of these functions are told in help.
HELPED = {name.replace("-", "_").replace(" ", "_").replace("import", "import_") for name in COMMANDS}
# Sentences that are no argument of such a call: (file, function) that gives them back.
GIVEN_BACK = (("ledger/intake/profile.py", "_misshapen"),)
# What a template of the web desk says.
TEMPLATE = re.compile(r'\bsay\("([^"]+)"')
# What is said of a value that only the run knows, and which words it can be.
STATES = ("met", "breached", "pending", "exempt", "happened", "absent", "there")
FIELDS = {"limit_halves": "limit_days", "halves": "days"}
OUTSIDE = ("kind", "at", "ticket", "unit", "id", "seq", "key")
VOCABULARY = (
    *CODES.values(),
    *(f"to {measure.act}" for measure in DURATIONS),
    *("Arguments", "Options", "[OPTIONS]", "COMMAND [ARGS]..."),  # of a usage line and of help
    *KIND,
    *ROLES.values(),
    *STATES,
    *(
        FIELDS.get(name, name)
        for kind in KIND.values()
        if kind is not Publish
        for name in fields_of(kind)
        if name not in OUTSIDE
    ),
    *(kind for kind in PART_KINDS if kind not in ("rate", "bonus")),  # those two are told in sentences of their own
    *(mode for sheet in BOOK.sheets for item in sheet.items for part in item.parts for mode in part.prices),
)


@attrs.frozen
class Source:
    """A file of ours, as a tree, with the constants it can name."""

    name: str
    tree: ast.Module
    constants: dict[str, ast.expr]


def sources() -> list[Source]:
    trees = {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8"))
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
    }
    constants = {name: value for tree in trees.values() for name, value in own(tree).items()}
    return [Source(name, tree, constants | own(tree)) for name, tree in trees.items()]


def own(tree: ast.Module) -> dict[str, ast.expr]:
    """The constants of one file."""
    plain = [(target, node.value) for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    typed = [(node.target, node.value) for node in tree.body if isinstance(node, ast.AnnAssign) and node.value]
    return {target.id: value for target, value in [*plain, *typed] if isinstance(target, ast.Name)}


def speakers(files: list[Source]) -> set[str]:
    """UserError and every class that comes from it."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for file in files
        for node in ast.walk(file.tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"UserError"}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return found


def said(file: Source, told: set[str]) -> Iterator[str]:
    """The sentences that a file says."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.FunctionDef):
            if file.name.startswith("kaoping/commands/") and node.name in HELPED:
                yield str(ast.get_docstring(node))
            local = dict(file.constants)
            for name, values in assigned(node).items():
                local[name] = ast.Tuple(values)
            for call in ast.walk(node):
                if isinstance(call, ast.Call):
                    for argument in arguments(file, call, told):
                        yield from texts(argument, local)
                if isinstance(call, ast.Return) and (file.name, node.name) in GIVEN_BACK and call.value is not None:
                    yield from (text for text in texts(call.value, {}) if text)
    for node in file.tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            for call in ast.walk(node.value):
                if isinstance(call, ast.Call):
                    for argument in arguments(file, call, told):
                        yield from texts(argument, file.constants)


def assigned(function: ast.FunctionDef) -> dict[str, list[ast.expr]]:
    """What each local name may stand for."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
    return found


def arguments(file: Source, call: ast.Call, told: set[str]) -> Iterator[ast.expr]:
    """The arguments that are sentences."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    slots = (0, 1) if name in told or name == "__init__" else SLOTS.get(name, ())
    if name == "Mistake" and file.name.startswith("calendars"):
        slots = ()  # its sentences are those of its Unfit
    if (name == "ValueError" and file.name in VALUE_ERRORS) or name == "_Misshapen":
        slots = (0,)
    yield from (call.args[slot] for slot in slots if slot < len(call.args))
    yield from (one.value for one in call.keywords if one.arg in ("why", "remedy") and name in ("Problem", "Mistake"))
    yield from (one.value for one in call.keywords if one.arg == "help" and name in ("Option", "Argument", "Typer"))


def texts(node: ast.expr, names: dict[str, ast.expr]) -> Iterator[str]:
    """The texts an expression can be: a constant, one of two, the constant behind a name, the values of a table."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from (*texts(one, names), *texts(other, names))
        case ast.Name(id=name) if name in names and names[name] is not node:
            yield from texts(names[name], {key: value for key, value in names.items() if key != name})
        case ast.Call(func=ast.Attribute(attr="get", value=table), args=[_, default]):
            yield from (*texts(table, names), *texts(default, names))
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]) if text.startswith("is no key"):
            yield text.partition(":")[0]
        case ast.Dict(values=values) | ast.Tuple(elts=values):
            for value in values:
                yield from texts(value, names)
        case ast.Subscript(value=table):
            yield from texts(table, names)


def everything() -> set[str]:
    files = sources()
    told = speakers(files)
    drawn = [path.read_text("utf-8") for path in sorted((ROOT / "kaoping").rglob("templates/*.html"))]
    templates = {sentence for text in drawn for sentence in TEMPLATE.findall(text)}
    return {sentence for file in files for sentence in said(file, told)} | {*VOCABULARY} | templates


SAID = everything()


def names(template: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(template) if name is not None)


def test_the_walk_finds_what_is_said() -> None:
    assert len(SAID) > 300
    assert {"the disk is full: nothing was written.", "has lost its last digits", "reading files", "lead"} <= SAID


def test_every_sentence_has_its_chinese() -> None:
    assert sorted(SAID - CHINESE.keys()) == []


def test_no_sentence_is_translated_for_nobody() -> None:
    assert sorted(CHINESE.keys() - SAID) == []


def test_a_sentence_is_translated_once() -> None:
    listed_once = [english for section in SECTIONS.values() for english in section]
    assert len(listed_once) == len(CHINESE)


def test_both_languages_name_the_same_values() -> None:
    # A sentence without values is never filled in, so its braces are its own.
    differing = [english for english, chinese in CHINESE.items() if "{" in english and names(english) != names(chinese)]
    assert differing == []


def test_the_chinese_is_chinese() -> None:
    """All but those that only put other sentences together."""
    plain = [
        english for english, chinese in CHINESE.items() if not any("\u4e00" <= letter <= "\u9fff" for letter in chinese)
    ]
    assert [
        english for english in plain if any(text.strip(" :;,.") for text, _, _, _ in Formatter().parse(english))
    ] == []


@pytest.mark.parametrize("name", sorted(VOCABULARY))
def test_words_that_only_the_run_knows_are_said(name: str) -> None:
    assert Language("zh").say(name) != name
    assert Language("en").say(name) == name


def test_a_sentence_inside_a_sentence_is_told_in_the_same_language() -> None:
    inner = sentence("every {kind} has it", kind=sentence("dispatch"))
    outer = sentence("{file}: {why}", file="五月.csv", why=listed([inner, sentence("is missing")], "; "))
    assert Language("zh").tell(outer) == "五月.csv：每条派单都要有这一项; 缺失"
    assert Language("en").tell(outer) == str(outer) == "五月.csv: every dispatch has it; is missing"


def test_braces_of_a_value_stay_as_they_are() -> None:
    assert Language("zh").tell(sentence("{text} is no month.", text="{0}")) == "{0} 不是月份。"
