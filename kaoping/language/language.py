"""Two languages: every sentence is written in English in the code and looked up in Chinese here."""

import tomllib
from collections.abc import Mapping
from functools import cache

import attrs

from kaoping.files.places import data_folder
from ledger.sentences import Sentence


@cache
def _chinese() -> Mapping[str, str]:
    text = (data_folder() / "language" / "zh.toml").read_text("utf-8")
    return {english: chinese for section in tomllib.loads(text).values() for english, chinese in section.items()}


@attrs.frozen
class Language:
    """The language a reader asked for: `zh` or `en`."""

    code: str = "zh"

    def say(self, template: str, **values: object) -> str:
        """The sentence in the reader's language, its {names} filled."""
        if self.code == "zh":
            template = _chinese().get(template, template)
        return template.format(**values) if values else template

    def tell(self, words: Sentence) -> str:
        """A sentence that came from another room."""
        values = {name: self.tell(value) if isinstance(value, Sentence) else value for name, value in words.values}
        return self.say(words.template, **values)
