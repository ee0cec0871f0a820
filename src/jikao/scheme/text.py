"""Words in the two languages every Jikao sentence exists in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

Lang = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence or title, in Chinese and in English; ``{name}`` marks a value filled in later."""

    zh: str
    en: str

    def say(self, lang: Lang, /, **values: object) -> str:
        """The sentence in ``lang`` with its values put in; a ``Text`` among the values is said in the same language."""
        words = self.zh if lang == "zh" else self.en
        if not values:
            return words
        said = {k: v.say(lang) if isinstance(v, Text) else v for k, v in values.items()}
        return words.format(**said)


class WordsError(ValueError):
    """What should be words is neither a string nor ``{zh: …, en: …}``."""


def as_text(value: Any) -> Any:
    """A plain string stands for both languages; ``{zh: …}`` or ``{en: …}`` alone stands for the other too.

    Raises ``WordsError`` (a ``ValueError``) for anything else.
    """
    if isinstance(value, Text):
        return value
    if isinstance(value, str):
        return Text(value, value)
    if not isinstance(value, Mapping) or not value or not set(value) <= {"zh", "en"}:
        raise WordsError(value)
    if not all(isinstance(words, str) for words in value.values()):
        raise WordsError(value)
    one = next(iter(value.values()))
    return Text(value.get("zh", one), value.get("en", one))


Words = Annotated[Text, BeforeValidator(as_text, json_schema_input_type=str | dict[Literal["zh", "en"], str])]
"""A field that takes a string or ``{zh: …, en: …}``."""
