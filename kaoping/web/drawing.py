"""A page of the desk: the blocks of a Page with links to other pages, in the frame that all pages share."""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kaoping.language.language import Language
from kaoping.language.moments import moment
from kaoping.papers.html import Leads, block_html
from kaoping.reports.page import Block, Chart, Imprint, Kind, Listing, Page, Table
from kaoping.reports.score import imprint
from kaoping.web import rows
from kaoping.web.accounts.rights import Right
from kaoping.web.assets import asset_path
from kaoping.web.charts import chart_html, months_html
from kaoping.web.desk import UNITS_OF, Inquiry, View, month_path, ticket_path, unit_path
from ledger.sentences import Sentence, UserError
from ledger.texts import visible

ROOM = Path(__file__).parent
MONTH = re.compile(r"\d{4}-\d{2}")
LANGUAGES = (("zh", "中文"), ("en", "English"))
DEEPEST = 12
"""Lines that begin further in begin there."""
FOLDED = 8
"""A list of more lines is shown when it is opened."""
TEMPLATES = Environment(
    loader=FileSystemLoader(ROOM / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)  # fmt: skip
TEMPLATES.filters["visible"] = visible


def page_html(view: View, inquiry: Inquiry, token: str) -> str:
    """The whole page."""
    whole: Page = view.body
    shown = rows.narrowed(whole, inquiry.filters, inquiry.language) if view.filtered else whole
    told = {
        **frame(inquiry.language, token, inquiry.caller.name), "title": view.title, "view": view, "inquiry": inquiry, **view.more,
        "menu": menu(inquiry, view.period), "blocks": Markup("\n").join(_blocks(shown, inquiry, view)),
        "exports": [] if inquiry.is_form else [*_exports(view, inquiry)], "filter": _filter(whole, shown, view, inquiry),
        "stamps": () if view.stamps is None else imprint(inquiry.language, view.stamps).stamps,
        "reproduce": inquiry.same(**view.reproduce) if view.reproduce else "",
        "others": [] if inquiry.is_form else [(name, inquiry.same(lang=code)) for code, name in LANGUAGES],
        "now": _as_known(inquiry, view), "led": [(*link, _turning(link[0], view.period)) for link in view.links],
        "searching": _searching(inquiry),
        "head": "" if inquiry.is_form or inquiry.as_of is not None else inquiry.head,
        "action": urlsplit(inquiry.same()).path, "kept": parse_qsl(urlsplit(inquiry.same()).query),
        "names": [one.name for one in view.more["question"].fields] if "question" in view.more else (),
    }  # fmt: skip
    return TEMPLATES.get_template(view.template).render(told)


def _turning(word: str, period: str) -> str:
    """The key of a link to a period of the same kind, before or after the one shown; of any other none."""
    if not MONTH.fullmatch(word) or not MONTH.fullmatch(period) or word == period:
        return ""
    return "[" if word < period else "]"


def _searching(inquiry: Inquiry) -> list[tuple[str, str]]:
    """What a search keeps of what is asked of the ledger."""
    return parse_qsl(urlsplit(inquiry.link("/search")).query)


def _as_known(inquiry: Inquiry, view: View) -> str:
    """As of when the page tells, where that is not now; else nothing."""
    if inquiry.as_of is None or view.stamps is None:
        return ""
    return moment(view.stamps.as_of, inquiry.language.code)


def frame(language: Language, token: str, signed: str = "") -> dict[str, Any]:
    """What every template needs; `signed`: the account that is in."""
    return {
        "signed": signed,
        "say": language.say,
        "tell": language.tell,
        "code": "zh-CN" if language.code == "zh" else "en",
        "token": token, "asset": asset_path, "head": "", "searching": (),
    }  # fmt: skip


def refusal_html(language: Language, why: Sentence, remedy: Sentence, inquiry: Inquiry | None = None) -> str:
    """A page that says what cannot be done, and what can; with the menu for whoever was let in."""
    led = () if inquiry is None else menu(inquiry, "")
    told = frame(language, "") if inquiry is None else frame(language, inquiry.caller.token, inquiry.caller.name)
    return TEMPLATES.get_template("refusal.html").render({**told, "why": why, "remedy": remedy, "menu": led, "others": (),
        "title": language.say("That cannot be done")})  # fmt: skip


def sign_in_html(language: Language, to: str, *, error: UserError | None = None, changed: bool = False) -> str:
    """The page that asks for name and password, and then leads `to` an address; with what went wrong, or that the password is
    another now."""
    why, remedy = ("", "") if error is None else (language.tell(error.why), language.tell(error.remedy))
    told = {
        **frame(language, ""),
        "to": to,
        "note": language.say("The password was changed. Sign in with the new one.") if changed else "",
        "why": why,
        "remedy": remedy,
        "menu": (),
        "others": (),
        "title": language.say("Sign in"),
    }
    return TEMPLATES.get_template("enter.html").render(told)


def menu(inquiry: Inquiry, period: str) -> list[tuple[str, str, bool, str]]:
    """(word, address, whether it is here, the key that leads there after g) of the pages one comes to from everywhere."""
    say = inquiry.language.say
    found = [
        (Right.RANKING, say("overview"), month_path(period) if period else "/", "m"), (Right.UNIT, say("Acts due"), "/due", "d"),
        (Right.CASES, say("appeals"), "/appeals", "a"), (Right.IMPORT, say("import"), "/import", "i"),
        (Right.IMPORT, say("Record"), "/record", "e"),
        (Right.RANKING, say("publications"), "/published", "p"), (Right.RULES, say("rulebook"), "/rules", "r"),
        (Right.RULES, say("calendar"), f"/calendar/{period}" if MONTH.fullmatch(period) else "/calendar", "c"),
        (Right.OFFICE, say("log"), "/log", "l"), (Right.VIEWS, say("views"), "/views", "v"),
    ]  # fmt: skip
    may = inquiry.caller.may
    return [
        (word, _leading(inquiry, path), _is_here(inquiry.path, path), key)
        for right, word, path, key in found
        if may(right)
    ]


def _leading(inquiry: Inquiry, path: str) -> str:
    """The address with what is asked of the ledger kept, where the page there can be asked for it."""
    if path in ("/import", "/record", "/log", "/rules", "/published", "/views"):
        return inquiry.link(path, as_of=None, known_on=None, reading=None, untold=None, provisional=None)
    if path.startswith("/calendar"):
        return inquiry.link(path, as_of=None, reading=None, untold=None, provisional=None)
    if path in ("/due", "/appeals"):
        return inquiry.link(path, provisional=None, **({} if path == "/due" else {"known_on": None, "reading": None}))
    return inquiry.link(path)


def _is_here(path: str, place: str) -> bool:
    return path == place or (place != "/" and path.startswith(f"{place}/"))


def _blocks(page: Page, inquiry: Inquiry, view: View) -> Iterator[Markup]:
    def leads(kind: Kind, name: str) -> str | None:
        if kind is Kind.TICKET:
            return inquiry.link(ticket_path(name))
        if kind is not Kind.UNIT:
            return None
        if view.leads_unit is not None:
            return view.leads_unit(name)
        return inquiry.link(unit_path(view.period, name)) if UNITS_OF.fullmatch(view.period) else None

    for plain, same in groupby(page.blocks, key=lambda block: isinstance(block, str)):
        if plain:
            text = "\n".join(str(line) for line in same).strip("\n")
            if text:
                yield Markup('<pre tabindex="0">{}</pre>').format(
                    Markup("\n").join(map(_line, visible(text).split("\n")))
                )
        else:
            yield from (_drawn(block, page.language, leads) for block in same)


def _line(text: str) -> Markup | str:
    """A line of plain text; one that begins further in stays there when it is broken (desk.css)."""
    begins = len(text) - len(text.lstrip(" "))
    return (
        Markup('<span class="in{}">{}</span>').format(min(begins, DEEPEST), text[min(begins, DEEPEST) :])
        if begins
        else text
    )


def _drawn(block: Block, language: str, leads: Leads) -> Markup:
    """A block; the stamps stand in the foot of every page, and a long list is folded."""
    if isinstance(block, Imprint):
        return Markup()
    if isinstance(block, Listing):
        title, many = visible(block.title), len(block.lines) > FOLDED
        items = Markup("").join(Markup("<li>{}</li>").format(visible(line)) for line in block.lines)
        folded = Markup("<details><summary>{} ({})</summary><ul>{}</ul></details>")
        return (
            folded.format(title, len(block.lines), items)
            if many
            else Markup("<h2>{}</h2><ul>{}</ul>").format(title, items)
        )
    if isinstance(block, Table) and block.chart == "months":
        return months_html(block, language, leads)
    return chart_html(block, language, leads) if isinstance(block, Chart) else block_html(block, language, leads)


def _exports(view: View, inquiry: Inquiry) -> Iterator[tuple[str, str]]:
    if view.workbook is not None:
        yield "xlsx", inquiry.same("xlsx", q=None, group=None, sort=None, sheet=None)
    if rows.tables(view.body):
        yield "csv", inquiry.same("csv")
    if view.document is not None:
        yield "json", inquiry.same("json", q=None, group=None, sort=None)


def _filter(whole: Page, shown: Page, view: View, inquiry: Inquiry) -> Mapping[str, Any] | None:
    """What the form that narrows the rows offers and says; None where there are none."""
    if not view.filtered or not rows.tables(whole):
        return None
    kept = parse_qsl(urlsplit(inquiry.same(q=None, group=None, sort=None)).query)
    return {
        "action": urlsplit(inquiry.same()).path, "kept": kept, "now": inquiry.filters,
        "groups": rows.groups(whole, inquiry.language), "sorts": rows.sortable(whole),
        "shown": rows.count_rows(shown), "count": rows.count_rows(whole),
    }  # fmt: skip
