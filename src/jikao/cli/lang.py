"""Which language the command line speaks: ``--lang``, else ``JIKAO_LANG``, else the locale; Chinese where nothing says otherwise."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from jikao.scheme.text import Lang, Text


def chosen(argv: Sequence[str], environ: Mapping[str, str]) -> Lang:
    """The language for one call. A locale that names a language other than Chinese means English."""
    for i, word in enumerate(argv):
        given = (
            argv[i + 1] if word == "--lang" and i + 1 < len(argv) else word.removeprefix("--lang=") if word.startswith("--lang=") else ""
        )
        if given in ("zh", "en"):
            return "zh" if given == "zh" else "en"
    if environ.get("JIKAO_LANG") in ("zh", "en"):
        return "zh" if environ["JIKAO_LANG"] == "zh" else "en"
    locale = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return "zh" if locale.split(".")[0] in ("", "C", "POSIX") or locale.startswith("zh") else "en"


def without_language(argv: Sequence[str]) -> list[str]:
    """The words of a call without ``--lang`` and a language we speak: it may stand anywhere."""
    kept: list[str] = []
    words = iter(argv)
    for word in words:
        if word in ("--lang=zh", "--lang=en"):
            continue
        if word == "--lang":
            given = next(words, None)
            if given in ("zh", "en"):
                continue
            kept += [word] if given is None else [word, given]
            continue
        kept.append(word)
    return kept


LANG: Lang = chosen(sys.argv[1:], os.environ)
"""The language of this process."""


def say(zh: str, en: str, /, **values: object) -> str:
    """A sentence in the language of this process."""
    return Text(zh, en).say(LANG, **values)
