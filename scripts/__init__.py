"""Developer tools: the guard and the benchmarks."""

TYPED = {
    "GUARD_TYPED": "make {command}[ p={name}]",
    "GUARD_TYPED_START": "make dev",
    "GUARD_TYPED_RUN": "make run[ p={name}] c='{words}'",
    "GUARD_TYPED_SETUP": "make setup",
}
"""How the guard's commands are typed in this project; see scripts/guard/core/hints.py."""
