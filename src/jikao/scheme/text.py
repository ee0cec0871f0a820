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


def as_text(value: Any) -> Any:
    """A plain string stands for both languages; ``{zh: …}`` or ``{en: …}`` alone stands for the other too."""
    if isinstance(value, str):
        return Text(value, value)
    if isinstance(value, Mapping) and value and set(value) <= {"zh", "en"}:
        zh, en = value.get("zh"), value.get("en")
        return {"zh": zh if zh is not None else en, "en": en if en is not None else zh}
    return value


Words = Annotated[Text, BeforeValidator(as_text, json_schema_input_type=str | dict[str, str])]
"""A field that takes a string or ``{zh: …, en: …}``."""
