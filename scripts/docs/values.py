"""Numbers in the middle of a sentence, from the constants that they are."""

import re
from pathlib import Path

from scripts.guard.api.events import EVENT_BYTES
from scripts.guard.app import lost_ports, lost_servers, port_strangers
from scripts.guard.core import state_machine
from scripts.guard.http.admission import MOST, Admission

ROOT = Path(__file__).resolve().parents[2]


def restart_delays() -> str:
    """How long the guard waits before the 1st, 2nd, ... restart."""
    *first, last = (f"{delay:g}" for delay in state_machine.RESTART_DELAYS)
    return f"{', '.join(first)} and {last} s"


def restart_limit() -> str:
    """How many restarts within `restart_window` the circuit breaker allows."""
    return str(state_machine.RESTART_LIMIT)


def restart_window() -> str:
    """The time in which restarts are counted."""
    return f"{state_machine.RESTART_WINDOW:g} s"


def stable_after() -> str:
    """How long a service has to be READY until earlier crashes no longer count."""
    return f"{state_machine.STABLE_AFTER:g} s"


def lost_port() -> str:
    """When it is told at the latest that nobody listens on a port any more, on an idle machine."""
    return f"{lost_ports.LOOK_SECONDS + (lost_ports.LOOKS - 1) * lost_ports.AGAIN_SECONDS:g} s"


def taken_port() -> str:
    """When it is told at the latest that another program listens there."""
    again = (port_strangers.FINDINGS - 1) * lost_ports.AGAIN_SECONDS
    return f"{lost_ports.LOOK_SECONDS + again:g} s"


def lost_server() -> str:
    """When it is told that who served has ended, while another keeps the socket open."""
    looks = (lost_servers.LOOKS - 1) * lost_servers.LOOK_SECONDS
    return f"{looks:g} to {looks + lost_servers.ANSWER_SECONDS:g} s"


def guard_memory() -> str:
    """What the guard may use while the log is flooded and many read it, as its test says."""
    test = (ROOT / "tests/stack/test_event_streams.py").read_text("utf-8")
    (found,) = re.findall(r"^BOUND = (\d+) \* MEGABYTES", test, re.MULTILINE)
    return f"{found} MB"


def page_limit() -> str:
    """How much of a page a runner reads."""
    from runner.downloader import MAX_PAGE_BYTES

    return f"{MAX_PAGE_BYTES // 1_000_000} MB"


def memory_limit() -> str:
    """The address space of a runner."""
    from runner.limits import MAX_ADDRESS_SPACE

    return f"{MAX_ADDRESS_SPACE // 1024**3} GiB"


def preview_limit() -> str:
    """How long a preview may take."""
    from app.previews import MAX_SECONDS

    return f"{MAX_SECONDS:.0f} s"


def look_failures() -> str:
    """How many looks at a subscription fail in a row before no more are made."""
    from domain.schedule import FAILURES

    return str(FAILURES)


def look_entries() -> str:
    """How many entries of a list are read."""
    from domain.subscriptions import MAX_LIST

    return f"{MAX_LIST:,}"


def feed_episodes() -> str:
    """How many media a podcast feed holds at most."""
    from app.feed_service import MAX_EPISODES

    return f"{MAX_EPISODES:,}"


def stream_event() -> str:
    """How much of the log one event of the guard's stream holds, before its last block."""
    return f"{EVENT_BYTES // 1024} kB"


def stream_most() -> str:
    """How many connections of its own user the guard serves at a time, at the most."""
    return str(Admission(MOST).own)


def forwarded_most() -> str:
    """How much of the guard the development server asks for at a time."""
    (found,) = re.findall(
        r"MOST = (\d+);", (ROOT / "webapp/frontend/dev/guard.ts").read_text("utf-8")
    )
    return str(found)
