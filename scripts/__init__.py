"""Developer tools: the guard and the benchmarks."""

from pathlib import Path

WORDS = {"GUARD_WORDS": str(Path(__file__).parents[1] / "webapp/frontend/src/i18n/failures")}
"""What this project's services say, in other languages; see scripts/guard/core/service_words.py."""
TYPED = {
    "GUARD_TYPED": "make {command}[ p={name}]",
    "GUARD_TYPED_START": "make dev",
    "GUARD_TYPED_RUN": "make run[ p={name}] c='{words}'",
    "GUARD_TYPED_SETUP": "make setup",
}
"""How the guard's commands are typed in this project; see scripts/guard/core/hints.py."""
