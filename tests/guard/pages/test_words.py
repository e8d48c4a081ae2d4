"""The pages speak several languages: each says all of it, with the same values."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.docs.troubles import API, Example
from scripts.docs.troubles import WEB as WEB_LINE
from scripts.guard.config.service import Service
from scripts.guard.core.cause import Cause, say
from scripts.guard.core.phases import State
from scripts.guard.core.work import KINDS
from scripts.guard.diagnosis.rules import RULES
from scripts.guard.pages import standby_page, words
from tests.guard.views import WEB

PAGES = Path(words.__file__).parent
GUARD = PAGES.parent
OTHERS = [language for language in words.languages() if language != "en"]


def values_of(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_a_language_is_a_file_and_nothing_else_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {"de", "en", "fr"} <= set(words.languages())
    pages = [each for each in PAGES.rglob("*") if each.suffix in {".py", ".js", ".css", ".html"}]
    text = "\n".join(each.read_text(encoding="utf-8") for each in pages)
    assert [code for code in OTHERS if re.search(rf"lang\({code}\)|[\"']{code}[\"']", text)] == []
    (tmp_path / "nl.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(words, "_FOLDER", tmp_path)
    assert words.languages.__wrapped__() == ("nl",)


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_said_in_every_language_with_the_same_values(language: str) -> None:
    own, english = words.of(language), words.of("en")
    assert own.keys() - {"causes", "refusals"} == english.keys()
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


REFUSING = {"api", "http", "net", "standby"}
"""The packages that tell why a request is refused, and not what became of a service."""


def texts_of_causes() -> set[str]:
    """Every text that the guard has of causes: of the rules, and the argument of each `say`."""
    packages = {path.parent.name for path in GUARD.rglob("*.py")} - REFUSING
    rules = {text for rule in RULES for text in (rule.sentence, rule.fix) if isinstance(text, str)}
    return {text for text in rules if not words.is_bare(text)} | said_in(packages)


def said_in(packages: set[str]) -> set[str]:
    found: set[str] = set()
    for path in GUARD.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        says = re.search(r"^from \.\S+ import .*\bsay\b", source, re.MULTILINE)
        if says and path.parent.name in packages:
            found |= {text for call in calls_of_say(ast.parse(source)) for text in call}
    return {text for text in found if not words.is_bare(text)}


def calls_of_say(tree: ast.Module) -> Iterator[set[str]]:
    """The text of each call; a name stands for a constant of the file, or for a rule's own text."""
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
            match node.args[0]:
                case ast.Constant(value=str(text)):
                    yield {text}
                case ast.Name(id=name) if name in constants:
                    yield {str(constants[name])}
                case ast.Name(id="part"):
                    yield set()
                case other:
                    pytest.fail(f"not a plain text: {ast.unparse(other)}")


@pytest.mark.parametrize("language", OTHERS)
def test_whatever_the_guard_says_of_causes_and_refusals_is_said_in_every_language(
    language: str,
) -> None:
    own = words.of(language)
    for section, said in (("causes", texts_of_causes()), ("refusals", said_in(REFUSING))):
        assert own[section].keys() == said
        for template, text in own[section].items():
            assert values_of(text) == values_of(template), template
            assert text != template


def test_every_sentence_and_every_fix_begins_with_a_capital() -> None:
    told = texts_of_causes() | {
        text for each in OTHERS for text in words.of(each)["causes"].values()
    }
    commands = re.compile(r"kill \{")
    assert [text for text in told if text[0].islower() and not commands.match(text)] == []


CRASHES = [
    (API, 1, "ModuleNotFoundError: No module named 'feedparser'", "das Python-Paket feedparser"),
    (WEB_LINE, 1, "Error: Port 3000 is already in use", "Port 3000 ist von einem anderen Programm"),
    (WEB_LINE, 127, "/bin/sh: 1: vite: not found", "vite"),
    (API, 1, "PermissionError: [Errno 13] Permission denied: '/etc/x'", "darf /etc/x nicht"),
    (API, 0, "", "obwohl es niemand verlangt hat"),
    (API, -9, "", "von außen abgebrochen"),
    (API, 3, "", "endete mit Fehlercode 3"),
]


@pytest.mark.parametrize(("service", "status", "line", "said"), CRASHES)
def test_a_crash_is_told_in_german_with_its_fix(
    service: Service, status: int, line: str, said: str
) -> None:
    cause = Example(service, status, line).cause()
    sentence, fix = words.Speech("de").cause(cause)
    assert said in sentence
    assert "{" not in sentence + fix
    assert fix != cause.fix or words.is_bare(" ".join(cause.templates[1]))
    assert words.Speech("en").cause(cause) == (cause.sentence, cause.fix)


def test_a_cause_without_a_value_or_a_text_is_told_in_the_guard_s_own_words() -> None:
    told = words.Speech("de")
    full = Cause.of(
        "exit",
        say("{name} ended with error code {code}.", name="web", code=7),
        say("Its last lines say more: {logs}", logs="make logs p=web"),
        transient=True,
    )
    assert told.cause(full)[0] == "web endete mit Fehlercode 7."
    assert "make logs p=web" in told.cause(full)[1]
    for lacking in (full._replace(values={}), full._replace(templates=(("Unheard of.",), ()))):
        assert told.cause(lacking) == (full.sentence, full.fix)


def test_two_texts_are_told_one_after_the_other() -> None:
    begin = say("{name} is not ready after {seconds} s; an answer on port {port} is awaited.")
    values = {"name": "web", "seconds": "10", "port": "3000"}
    sentence = begin.then(say("It waits for input.")).with_values(values)
    cause = Cause.of("not-ready", sentence, say("{typed}", typed="make attach"), transient=True)
    told, _ = words.Speech("de").cause(cause)
    assert told == (
        "web ist nach 10 s nicht bereit; erwartet wird eine Antwort auf Port 3000. "
        "Es wartet auf eine Eingabe."
    )


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
