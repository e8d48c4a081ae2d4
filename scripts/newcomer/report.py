"""What came of the commands, as a page of docs/docs-run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from scripts.newcomer.commands import DOCUMENTS, Manner, Step


@dataclass(frozen=True)
class Result:
    """One step: whether it did what it should, and after how many seconds."""

    step: Step
    held: bool
    seconds: float = 0.0

    @property
    def outcome(self) -> str:
        """In a word or two."""
        if self.step.manner is Manner.NOT:
            return f"not typed: {self.step.note}"
        return "yes" if self.held else "**no**"


def page(results: Sequence[Result], system: str, day: date, load: float) -> str:
    """The whole page; `load` is the machine's load average meanwhile."""
    typed = [result for result in results if result.step.manner is not Manner.NOT]
    held = sum(result.held for result in typed)
    introduction = (
        f"Written by `make docs-run` on {day.isoformat()}; edits are lost at the next run. In a "
        f"container of a bare {system}, as an ordinary user, every command of the README and of the"
        " startup guide was typed in their order; whatever serves was left running while the next "
        f"ones were typed, and ended by Ctrl-C. {held} of {len(typed)} did what they should. "
        f"The seconds are those of a machine with a load average of {load:.0f}."
    )
    parts = [f"# Every command, typed on a bare {system}", introduction]
    for document in DOCUMENTS:
        rows = [_row(result) for result in results if result.step.document == document]
        head = ["| command | worked | seconds |", "|---|---|---|"]
        parts += [f"## {document}", "\n".join([*head, *rows])]
    return "\n\n".join(parts) + "\n"


def _row(result: Result) -> str:
    command = result.step.command.replace("|", "\\|")
    seconds = f"{result.seconds:.1f}" if result.seconds else ""
    return f"| `{command}` | {result.outcome} | {seconds} |"
