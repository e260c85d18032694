"""A page with a form that asks something and writes nothing: what it asks stands in the address."""

from collections.abc import Sequence

import attrs

from kaoping.web.desk import View
from kaoping.web.forms.blank import Field


@attrs.frozen(kw_only=True)
class Question:
    """A form that leads to an address: its title, fields, and the word on its button. `above`: it stands before what the page tells."""

    title: str
    fields: Sequence[Field]
    button: str
    above: bool = False


def asking(view: View, title: str, fields: Sequence[Field], button: str, *, above: bool = False) -> View:
    """The page with the form; what else is asked in the address is kept by it."""
    question = Question(title=title, fields=fields, button=button, above=above)
    return attrs.evolve(view, template="asking.html", more={**view.more, "question": question})
