"""Generates texts on which a backtracking pattern would be slow, from its own syntax tree.

For every repetition in a pattern there is something that it repeats (a pump). A text that begins
as a match would, repeats a pump, and then fails is what makes a matcher go back and try again.
See "Regular Expression Denial of Service", OWASP.
"""

# ruff: noqa: ANN401 - a node of a syntax tree may hold anything

import random
import re
import time
from collections.abc import Callable, Iterator
from re import _constants as op
from re import _parser as syntax
from typing import Any

SIZE = 64_000  # characters of a text
SMALLER = (SIZE // 16, SIZE // 4)  # tried first: what is slow there need not be waited for
LIMIT = 0.05  # seconds of this thread's processor time, not of the clock
TEXTS = 30  # of each pattern, spread over all kinds
LINE = 1_000
ALPHABET = "aZ1 ./:_-x,'\"=\n"
_OF_CATEGORY = {
    op.CATEGORY_DIGIT: "1",
    op.CATEGORY_NOT_DIGIT: "a",
    op.CATEGORY_SPACE: " ",
    op.CATEGORY_NOT_SPACE: "a",
    op.CATEGORY_WORD: "a",
    op.CATEGORY_NOT_WORD: " ",
}
_REPEATS = {op.MAX_REPEAT, op.MIN_REPEAT}
_LOOKS = {op.ASSERT, op.ASSERT_NOT}


def slowest(
    pattern: str, search: Callable[[str], object], flags: int = re.MULTILINE
) -> tuple[float, str]:
    """Seconds that the slowest candidate takes, at the better of two tries; and what it is."""
    worst = (0.0, "")
    for size in (*SMALLER, SIZE):
        for text in texts(pattern, size, most=TEXTS, flags=flags):
            tries = []
            for _ in range(2):
                begun = time.thread_time()
                search(text)
                tries.append(time.thread_time() - begun)
                if tries[0] < LIMIT:
                    break
            worst = max(worst, (min(tries), repr(text[:80])))
        if worst[0] >= LIMIT:
            break
    return worst


def texts(
    pattern: str, size: int, seed: int = 1, *, most: int | None = None, flags: int = re.MULTILINE
) -> Iterator[str]:
    """Yield slow candidates of `size` characters for a pattern; the same ones at each call.

    With `most`, about so many of them, spread evenly over all kinds; each thing that the pattern
    repeats, and nothing else, is always among them.
    """
    found = dict.fromkeys(_candidates(pattern, random.Random(seed), flags))  # noqa: S311 - no secret
    plain = [each for each in found if each[0] == "" and each[2] is None and len(each[1]) == 1]
    others = [each for each in found if each not in plain]
    step = 1 if most is None else max(1, len(others) // most)
    return (_text(candidate, size) for candidate in [*plain, *others[::step]])


def _candidates(
    pattern: str, rng: random.Random, flags: int
) -> Iterator[tuple[str, str, str | None]]:
    """What a text begins with, what it repeats, and what stands in its middle, if anything."""
    tree = list(syntax.parse(pattern, flags))
    samples = [sample for _ in range(4) if (sample := _sample(tree, rng))]
    pumps = [pump for pump in dict.fromkeys(_pumps(tree, rng)) if pump][:24]
    looked_for = [_sample(inner, rng) for inner in _lookarounds(tree)] or [""]
    yield "", "a b\n", None
    for pump in pumps:
        yield "", pump, None
        for sample in samples[:2]:
            yield sample[: rng.randint(0, len(sample))], pump, None
    for sample in samples:
        for cut in sorted({len(sample), len(sample) * 2 // 3, len(sample) // 3, len(sample) - 1}):
            for unit in (f"{sample[:cut]}{end}" for end in ("x", "\n", " a ", *pumps[:3])):
                yield "", unit, None
                for found in looked_for[:3]:
                    yield "", unit, found


def _text(candidate: tuple[str, str, str | None], size: int) -> str:
    begin, unit, middle = candidate
    if middle is None:
        return begin + _fill(unit, size)
    return f"{_fill(unit, size // 2)}\nx{middle}y\n{_fill('a', size // 2)}"


def as_log_lines(text: str) -> list[str]:
    """Cut a text into lines as long as a diagnosis looks at."""
    lines = text.split("\n")
    if max(map(len, lines)) <= LINE:
        return lines
    return [
        line[start : start + LINE] for line in lines for start in range(0, len(line) or 1, LINE)
    ]


def _fill(unit: str, size: int) -> str:
    return (unit * (size // len(unit) + 1))[:size]


def _sample(tree: Any, rng: random.Random, groups: dict[int, str] | None = None) -> str:
    """Return a text that the pattern would most likely match."""
    groups = {} if groups is None else groups
    return "".join(_one(kind, argument, rng, groups) for kind, argument in tree)


def _one(kind: Any, argument: Any, rng: random.Random, groups: dict[int, str]) -> str:
    if kind is op.LITERAL:
        return chr(argument)
    if kind is op.NOT_LITERAL:
        return "a" if argument != ord("a") else "b"
    if kind is op.ANY:
        return rng.choice("a :'/1.")
    if kind is op.IN:
        return _of_class(argument, rng)
    if kind is op.BRANCH:
        return _sample(rng.choice(argument[1]), rng, groups)
    if kind is op.SUBPATTERN:
        groups[argument[0]] = found = _sample(argument[3], rng, groups)
        return found
    if kind is op.GROUPREF:
        return groups.get(argument, "")
    if kind in _REPEATS:
        least, most, inner = argument
        times = rng.choice([least, min(most, least + 1), min(most, least + 3)])
        return "".join(_sample(inner, rng, groups) for _ in range(times))
    return ""  # anchors and what is only looked at


def _of_class(items: Any, rng: random.Random) -> str:
    if items[0][0] is op.NEGATE:
        fits = [letter for letter in ALPHABET if not any(_has(i, letter) for i in items[1:])]
        return rng.choice(fits or ["\u00e9"])
    kind, argument = rng.choice(items)
    if kind is op.RANGE:
        return chr(rng.randint(*argument))
    return chr(argument) if kind is op.LITERAL else _OF_CATEGORY[argument]


def _has(item: Any, letter: str) -> bool:
    kind, argument = item
    if kind is op.LITERAL:
        return bool(ord(letter) == argument)
    if kind is op.RANGE:
        return bool(argument[0] <= ord(letter) <= argument[1])
    known = {op.CATEGORY_DIGIT: r"\d", op.CATEGORY_SPACE: r"\s", op.CATEGORY_WORD: r"\w"}
    return re.match(known.get(argument, r"\S"), letter) is not None


def _inner(kind: Any, argument: Any) -> list[Any]:
    """The parts of which a node consists."""
    if kind in _REPEATS:
        return [argument[2]]
    if kind is op.SUBPATTERN:
        return [argument[3]]
    if kind is op.BRANCH:
        return list(argument[1])
    return [argument[1]] if kind in _LOOKS else []


def _pumps(tree: Any, rng: random.Random) -> Iterator[str]:
    for kind, argument in tree:
        if kind in _REPEATS and argument[1] > 1:
            for _ in range(3):
                yield _sample(argument[2], rng)
            yield _sample(argument[2], rng) + "\n"
        for inner in _inner(kind, argument):
            yield from _pumps(inner, rng)


def _lookarounds(tree: Any) -> Iterator[Any]:
    for kind, argument in tree:
        if kind in _LOOKS:
            yield argument[1]
        for inner in _inner(kind, argument):
            yield from _lookarounds(inner)
