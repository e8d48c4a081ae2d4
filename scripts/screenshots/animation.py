"""Recordings of terminals as one animated SVG: no script, so that it moves wherever images do.

Each state of a line is a text that is visible from one moment to another. Where the system
is set to less motion, the end of it is shown, standing still.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scripts.guard.pages.ansi_html import ansi_to_html
from scripts.screenshots.cast import Cast

LINE, LETTER, MARGIN, TITLE = 18, 7.83, 14, 26  # px
BLINK = 0.02  # seconds: whatever is shown for less is not seen
AT_THE_END = 4.0  # seconds that the last picture stays
STYLE = """
text{font:13px/1 "DejaVu Sans Mono",Menlo,Consolas,monospace;fill:#d8dad9;white-space:pre}
.title{fill:#9aa0a3;font-size:12px}.bold{font-weight:700}.dim{opacity:.6}
.c1{fill:#e06c75}.c2{fill:#98c379}.c3{fill:#e5c07b}.c4{fill:#61afef}.c5{fill:#c678dd}.c6{fill:#56b6c2}
@media (prefers-reduced-motion:reduce){*{animation:none!important}.gone{display:none}}
"""


@dataclass(frozen=True)
class State:
    """A line's text from `start` to `end` (seconds; None: for good)."""

    row: int
    text: str
    start: float
    end: float | None = None


def states(cast: Cast) -> list[State]:
    """What each line of a terminal shows, and when. Lines that are too long are cut off."""
    shown: list[State] = []
    row, text = 0, ""
    for at, output in cast.events:
        for piece in re.split(r"(\n)", output.replace("\r", "")):
            if piece == "\n":
                row, text = row + 1, ""
            elif piece:
                if text and shown[-1].row == row:
                    shown[-1] = State(row, text, shown[-1].start, at)
                text += piece
                shown.append(State(row, text, at))
    return [state for state in shown if state.end is None or state.end - state.start > BLINK]


def svg(casts: Sequence[Cast]) -> str:
    """Draw the terminals below each other. Returns the text of an SVG file."""
    total = max(at for cast in casts for at, _ in cast.events) + AT_THE_END
    width = round(max(cast.columns for cast in casts) * LETTER + 2 * MARGIN)
    style, body, top = [STYLE], [], 0
    for number, cast in enumerate(casts):
        height = TITLE + cast.rows * LINE + MARGIN
        content = "\n".join(_terminal(cast, f"t{number}", total, style))
        body.append(
            f'<svg y="{top}" width="{width}" height="{height}">'
            f'<rect width="{width}" height="{height}" rx="8" fill="#1d1f21"/>'
            f'<text class="title" x="{MARGIN}" y="18">{html.escape(cast.title)}</text>'
            f'<svg y="{TITLE}" width="{width}" height="{cast.rows * LINE + 6}">{content}</svg>'
            "</svg>"
        )
        top += height + 10
    label = html.escape("; ".join(cast.title for cast in casts))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top}" role="img"'
        f' aria-label="{label}">\n<style>{"".join(style)}</style>\n{"".join(body)}\n</svg>\n'
    )


def _terminal(cast: Cast, name: str, total: float, style: list[str]) -> Iterator[str]:
    lines = states(cast)
    style.append(_scroll(lines, cast.rows, name, total))
    yield f'<g class="{name}">'
    for number, state in enumerate(lines):
        mark = f"{name}-{number}"
        style.append(_visible(state, mark, total))
        gone = " gone" if state.end is not None else ""
        text = ansi_to_html(state.text).replace("<span", "<tspan").replace("</span", "</tspan")
        y = (state.row + 1) * LINE - 4
        yield f'<text class="{mark}{gone}" x="{MARGIN}" y="{y}" xml:space="preserve">{text}</text>'
    yield "</g>"


def _visible(state: State, mark: str, total: float) -> str:
    frames = f"0%{{opacity:0}}{_percent(state.start, total)}{{opacity:1}}"
    if state.end is not None:
        frames += f"{_percent(state.end, total)}{{opacity:0}}"
    return _animation(mark, frames, total)


def _scroll(lines: list[State], rows: int, name: str, total: float) -> str:
    """Move the lines up whenever one more does not fit; standing still, the last ones are seen."""
    frames, offset = "0%{transform:none}", 0
    for state in lines:
        wanted = max(0, state.row + 1 - rows) * LINE
        if wanted > offset:
            offset = wanted
            frames += f"{_percent(state.start, total)}{{transform:translateY({-offset}px)}}"
    return f".{name}{{transform:translateY({-offset}px)}}{_animation(name, frames, total)}"


def _percent(at: float, total: float) -> str:
    return f"{100 * at / total:.3f}%"


def _animation(name: str, frames: str, total: float) -> str:
    """Jump from frame to frame: nothing of a terminal fades."""
    return (
        f"@keyframes {name}{{{frames}}}.{name}{{animation:{name} {total:.2f}s step-end infinite}}\n"
    )
