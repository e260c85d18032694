"""A form before it is filled in: its fields with their words, and the head of the ledger that it was made from."""

from collections.abc import Sequence
from typing import Literal

import attrs

from kaoping.language.language import Language
from kaoping.web.desk import Inquiry, View
from kaoping.web.filled import Filled, head_now
from ledger.sentences import DamagedLedger, UserError


@attrs.frozen(kw_only=True)
class Field:
    """A field: `options` are (value, word) of a choice; `value` what stands in it, of a tick whether it is made; of a file, several
    may be chosen where it is `multiple`."""

    name: str
    label: str = ""
    kind: Literal["text", "area", "choice", "tick", "one", "file", "hidden", "password"] = "text"
    value: str = ""
    options: Sequence[tuple[str, str]] = ()
    required: bool = False
    multiple: bool = False


@attrs.frozen(kw_only=True)
class Blank:
    """A form: where it is sent, its fields, the word on its button, what is said above it; `others`: where else it may be sent, with the
    word on that button. `head`: the ledger's when it was made."""

    action: str
    fields: Sequence[Field]
    button: str
    head: str
    title: str = ""
    others: Sequence[tuple[str, str]] = ()
    about: str = ""

    @property
    def uploads(self) -> bool:
        """Whether a file goes with it."""
        return any(one.kind == "file" for one in self.fields)


def hidden(filled: Filled, *names: str) -> list[Field]:
    """What was filled in, to be sent again unseen."""
    return [Field(name=name, kind="hidden", value=filled.one(name)) for name in names]


def by_field(language: Language, inquiry: Inquiry, value: str = "") -> Field:
    """Who writes; where there are accounts, the one that is in."""
    if inquiry.caller.name:
        return Field(name="by", kind="hidden", value=inquiry.caller.name)
    return Field(name="by", label=language.say("who writes this, kept with the batch: a name or an office"),
        value=value or inquiry.desk.session.by or "")  # fmt: skip


def form_view(
    view: View, blank: Blank, notes: Sequence[str] = (), *, stale: bool = False, besides: Sequence[Blank] = (), language: Language
) -> View:  # fmt: skip
    """A page with a form under it, and further ones (`besides`); `stale`: the ledger has moved since the form was made, and the page
    tells how it stands now."""
    moved = language.say(
        "The ledger has changed since this form was made. What stands here is of now: look at it, then send it again."
    )
    told = [*([("refusal", moved)] if stale else ()), *(("done", one) for one in notes)]
    return attrs.evolve(
        view,
        template="form.html",
        more={"forms": [blank, *besides], "notes": told},
        status=409 if stale else view.status,
    )


def objected(view: View, error: UserError, language: Language) -> View:
    """The page of a form as it was filled in, with what speaks against it. Raises the error itself where the ledger is damaged."""
    if error.code == DamagedLedger.code:
        raise error
    remedy = language.tell(error.remedy)
    told = [language.tell(error.why), *([language.say("To fix: {remedy}", remedy=remedy)] if remedy else [])]
    notes = [("refusal", one) for one in told]
    template = "form.html" if view.template == "page.html" else view.template
    return attrs.evolve(view, template=template, more={"forms": (), **view.more, "notes": notes}, status=422)


def head_of(inquiry: Inquiry) -> str:
    """The head that a form is made from: taken before anything is read for it, so that it is never newer than what is shown."""
    return head_now(inquiry.desk)
