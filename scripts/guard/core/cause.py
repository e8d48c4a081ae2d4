"""What a crash is attributed to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

DEPENDENCY_DOWN = "dependency-down"
ENDED = "ended"
PORT_LOST = "port-lost"
NOT_READY = "not-ready"


class Told(NamedTuple):
    """A text as templates of ``{name}``, one after the other, and what stands in them."""

    templates: tuple[str, ...]
    values: Mapping[str, str] = MappingProxyType({})

    def then(self, other: Told) -> Told:
        """Return one text after the other."""
        return Told(self.templates + other.templates, {**self.values, **other.values})

    def with_values(self, values: Mapping[str, str]) -> Told:
        """Return it with more values, of which its own come first."""
        return self._replace(values={**values, **self.values})

    def in_english(self) -> str:
        """Return it as the guard itself says it."""
        return " ".join(template.format(**self.values) for template in self.templates)


def say(template: str, **values: object) -> Told:
    """Say one text; each that the guard has of its causes is an argument of this, or of a rule."""
    return Told((template,), {name: str(value) for name, value in values.items()})


class Cause(NamedTuple):
    """Why a service is not up, for the log, the page and the status alike."""

    kind: str
    """Lower-case words with hyphens: ``syntax-error``."""
    sentence: str
    """What happened, for someone who is no programmer."""
    fix: str
    """The exact next command or edit."""
    transient: bool
    """Whether the same command may well succeed when it is tried again."""
    values: Mapping[str, str] = MappingProxyType({})
    """What the sentence and the fix are made of, by name: for who says them in another language."""
    templates: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    """Those of the sentence and of the fix; none where another program said it."""
    localized: Mapping[str, Mapping[str, str]] = MappingProxyType({})
    """By language, the values that are another program's words, where it is known what they say."""

    @classmethod
    def of(cls, kind: str, sentence: Told, fix: Told, *, transient: bool) -> Cause:
        """Return a cause whose texts can be said in other languages."""
        return cls(
            kind,
            sentence.in_english(),
            fix.in_english(),
            transient,
            {**sentence.values, **fix.values},
            (sentence.templates, fix.templates),
        )

    @property
    def told(self) -> Told:
        """Its sentence, for who tells it in another language."""
        templates, _ = self.templates
        if templates:
            return Told(templates, self.values)
        return Told(("{sentence}",), {"sentence": self.sentence})

    @property
    def is_of_another(self) -> bool:
        """Whether it crashed because another service was not there."""
        return self.kind == DEPENDENCY_DOWN

    @property
    def may_be_meant(self) -> bool:
        """Whether it ended without an error: it may have done what it was for."""
        return self.kind == ENDED

    def is_like(self, other: Cause) -> bool:
        """Whether another says the same, but for its numbers: of time, and of a processor's use."""
        return (self.kind, _without_numbers(self)) == (other.kind, _without_numbers(other))

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object of the control API."""
        told = {"kind": self.kind, "sentence": self.sentence, "fix": self.fix}
        sentence, fix = self.templates
        templates = {"sentence": list(sentence), "fix": list(fix)}
        localized = {language: dict(values) for language, values in self.localized.items()}
        return told | {
            "values": dict(self.values),
            "templates": templates,
            "localized": localized,
        }


def _without_numbers(cause: Cause) -> str:
    return re.sub(r"(?<!\d)\d+ ?(?:s;|% of)", "", cause.sentence)
