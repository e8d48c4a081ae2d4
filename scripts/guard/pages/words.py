"""What the pages say, in several languages: a language is one file in `words/`.

`{name}` in a text stands for a value. A number `count` chooses between the texts that end in
`_zero`, `_one` and `_other`, as far as there are such. `causes` has what the guard says of causes,
and `refusals` why it refuses a request, both by its own English templates; English needs none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ..core.cause import Cause, Told

FALLBACK = "en"
_FOLDER = Path(__file__).parent / "words"
_VALUE = re.compile(r"\{(\w+)\}")


@cache
def languages() -> tuple[str, ...]:
    """Return the codes of all languages."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.json")))


@cache
def of(language: str) -> dict[str, Any]:
    """Return the words of a language that there is."""
    words: dict[str, Any] = json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return words


def choose(accepted: str) -> str:
    """Return the best language for an Accept-Language header (RFC 9110, 12.5.4)."""
    wanted: list[tuple[float, str]] = []
    for part in accepted.split(",")[:20]:
        tag, _, quality = part.partition(";")
        try:
            weight = float(quality.partition("=")[2]) if quality else 1.0
        except ValueError:
            weight = 0.0
        wanted.append((-weight, tag.strip().partition("-")[0].lower()))
    ranked = (tag for weight, tag in sorted(wanted, key=lambda pair: pair[0]) if weight < 0)
    return next((tag for tag in ranked if tag in languages()), FALLBACK)


class Speech:
    """Says things in one language; in English what has no text there."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._words = of(language)
        self._templates = {**self._words.get("causes", {}), **self._words.get("refusals", {})}

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of that key with its values; raises `KeyError` if there is none."""
        count = values.get("count")
        forms = [key] if count is None else [f"{key}_{_form(count)}", f"{key}_other", key]
        own = (
            words[form] for words in (self._words, of(FALLBACK)) for form in forms if form in words
        )
        text: str | None = next(own, None)
        if text is None:
            raise KeyError(key)
        return _filled(text, values)

    def cause(self, cause: Cause) -> tuple[str, str]:
        """Return the sentence and the fix; as the guard says it where a text or a value lacks."""
        sentence, fix = cause.templates
        values = {**cause.values, **cause.localized.get(self.language, {})}
        return (
            self._told(sentence, values) or cause.sentence,
            self._told(fix, values) or cause.fix,
        )

    def told(self, told: Told) -> str:
        """Return one of the guard's texts; as the guard says it where it lacks here."""
        return self._told(told.templates, told.values) or told.in_english()

    def _told(self, templates: tuple[str, ...], values: Mapping[str, str]) -> str:
        texts = [
            template if is_bare(template) else self._templates.get(template)
            for template in templates
        ]
        lacks = None in texts or set(_VALUE.findall(" ".join(templates))) - values.keys()
        return "" if lacks else " ".join(_filled(text, values) for text in texts if text)


def is_bare(template: str) -> bool:
    """Whether it holds values alone, such as a command: then it is the same in every language."""
    return not _VALUE.sub("", template).strip()


def _form(count: object) -> str:
    return {0: "zero", 1: "one"}.get(count, "other") if isinstance(count, int) else "other"


def _filled(text: str, values: Mapping[str, object]) -> str:
    return _VALUE.sub(lambda match: str(values.get(match[1], match[0])), text)
