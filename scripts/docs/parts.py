"""What stands between the markers: a function of the code for each name."""

from collections.abc import Callable

from scripts.containers.measured import measured
from scripts.docs import databases, doctor, downloads, not_run, packages, troubles, values
from scripts.docs.decisions import decisions
from scripts.docs.page_speed import page_measured, page_speed
from scripts.docs.proof import proof
from scripts.docs.routes import routes
from scripts.docs.rows import rows
from scripts.docs.settings import settings
from scripts.docs.starts import starts
from scripts.guard.core.phases import State
from scripts.guard.core.state_machine import TRANSITIONS
from scripts.times import table as times


def state_diagram() -> str:
    """The guard's transition table as a Mermaid diagram, an arrow for each pair of states."""
    arrows: dict[tuple[State, State], list[str]] = {}
    for state, answers in TRANSITIONS.items():
        for signal, target in answers.items():
            arrows.setdefault((state, target), []).append(signal.value)
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> STOPPED"]
    lines += [
        f"    {state.value} --> {target.value}: {' / '.join(signals)}"
        for (state, target), signals in arrows.items()
    ]
    return "\n".join([*lines, "```"])


PARTS: dict[str, Callable[[], str]] = {
    "states": state_diagram,
    "packages": packages.picture,
    "package-table": packages.table,
    "guard-contracts": packages.contracts,
    "proof": proof,
    "routes": routes,
    "rows": rows,
    "settings": settings,
    "starts": starts,
    "containers": measured,
    "page-speed": page_speed,
    "page-measured": page_measured,
    "restart-delays": values.restart_delays,
    "restart-limit": values.restart_limit,
    "restart-window": values.restart_window,
    "stable-after": values.stable_after,
    "mutants-not-run": not_run.mutants,
    "pairs-not-run": not_run.pairs_,
    "lost-port": values.lost_port,
    "taken-port": values.taken_port,
    "lost-server": values.lost_server,
    "guard-memory": values.guard_memory,
    "page-limit": values.page_limit,
    "stream-event": values.stream_event,
    "stream-most": values.stream_most,
    "forwarded-most": values.forwarded_most,
    "memory-limit": values.memory_limit,
    "preview-limit": values.preview_limit,
    "look-failures": values.look_failures,
    "look-entries": values.look_entries,
    "feed-episodes": values.feed_episodes,
    "causes": troubles.causes,
    "databases": databases.databases,
    "decisions": decisions,
    "doctor": doctor.sayings,
    "downloads": downloads.downloads,
    "times": lambda: times.text(times.read()),
}
