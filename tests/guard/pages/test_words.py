"""The pages speak several languages: each says all of it, with the same values."""

import re
from pathlib import Path

import pytest

from scripts.guard.core.cause import Cause
from scripts.guard.core.phases import State
from scripts.guard.core.work import KINDS
from scripts.guard.diagnosis.rules import RULES
from scripts.guard.pages import standby_page, words
from tests.guard.views import WEB

PAGES = Path(words.__file__).parent
OTHERS = [language for language in words.languages() if language != "en"]


def values_of(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_there_are_three() -> None:
    assert words.languages() == ("de", "en", "fr")


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_said_in_every_language_with_the_same_values(language: str) -> None:
    own, english = words.of(language), words.of("en")
    assert own.keys() - {"causes"} == english.keys()
    for key, text in english.items():
        assert values_of(own[key]) == values_of(text), key


def said_by_scripts() -> set[str]:
    sources = [
        *(PAGES / "script").glob("*.js"),
        PAGES / "dashboard.html",
        PAGES / "standby_page.py",
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    named = re.findall(r"\b(?:t|say)\(\s*\"([\w.]+)\"|data-t(?:-\w+)?=\"([\w.]+)\"", text)
    chosen = re.findall(r"\? \"([\w.]+)\" : (?:[\w.]+ \? )?\"([\w.]+)\"(?: : \"([\w.]+)\")?", text)
    return {key for group in (*named, *chosen) for key in group if key}


def test_nothing_is_said_that_has_no_text_and_no_text_is_never_said() -> None:
    english = words.of("en")
    bases = {re.sub(r"_(zero|one|other)$", "", key) for key in english}
    by_state = {f"{group}.{state.value}" for group in ("state", "standby") for state in State}
    by_verb = {"doing.start", "doing.stop", "start", "stop", "start.name", "stop.name"}
    by_work = {f"work.{kind}.{verb}" for kind in KINDS for verb in ("restart", "stop")}
    said = {key for key in said_by_scripts() if "." in key or key in bases}
    assert (said | by_work) - bases == set()
    assert bases - said - by_state - by_verb - by_work - {"restart.name", "work.lost"} == set()


@pytest.mark.parametrize("language", OTHERS)
def test_causes_are_told_with_values_that_they_have(language: str) -> None:
    """Which a rule of another kind does not give; then the guard's own words are shown."""
    causes = words.of(language)["causes"]
    known = {rule.kind for rule in RULES}
    known |= {"ended", "exit", "killed", "not-started", "hung", "port-lost", "asked", "done"}
    known |= {"cannot-work"}
    assert causes.keys() <= known
    assert known - causes.keys() <= SAID_BY_THE_GUARD
    assert all(len(told) == 2 for told in causes.values())


SAID_BY_THE_GUARD: set[str] = set()


def test_a_cause_without_a_value_is_told_in_the_guard_s_own_words() -> None:
    say = words.Speech("de")
    full = Cause(
        "exit",
        "web ended with error code 7.",
        "Look.",
        True,
        {"name": "web", "code": "7", "logs": "make logs p=web"},
    )
    assert say.cause(full)[0] == "web endete mit Fehlercode 7."
    assert "make logs p=web" in say.cause(full)[1]
    assert say.cause(full._replace(values={})) == (full.sentence, full.fix)
    assert words.Speech("en").cause(full) == (full.sentence, full.fix)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("es,fr;q=0.5,en;q=0.3", "fr"),
        ("en;q=0.3, de;q=0.7", "de"),
        ("es", "en"),
        ("de;q=0, fr", "fr"),
        ("de;q=nonsense,fr;q=0.1", "fr"),
        ("x" * 100_000, "en"),
    ],
)
def test_the_language_is_the_best_of_those_that_a_browser_takes(
    accepted: str, language: str
) -> None:
    assert words.choose(accepted) == language


def test_the_standby_page_speaks_it() -> None:
    page = standby_page.render(
        WEB._replace(state=State.BROKEN), [], "http://localhost:9400", "t", "de"
    )
    text = page.decode()
    assert '<html lang="de">' in text
    assert "web ist gerade nicht verfügbar" in text
    assert "Keine weiteren Neustarts" in text
    assert "{" not in re.sub(r"<(script|style)[^>]*>.*?</\1>", "", text, flags=re.DOTALL)
