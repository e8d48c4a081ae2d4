"""Numbers that the documentation gives are those that the code goes by.

Of the settings they are read from `.env.example`. Those of restarts are written out here: in the
documentation they are generated from the code, which would follow any change of it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import settings as backend
from scripts.guard.config import settings as guard
from scripts.guard.core.cause import Cause
from scripts.guard.core.events import Due, Exited
from scripts.guard.core.phases import Backoff, Ready, Service, Starting, State
from scripts.guard.core.state_machine import step

ROOT = Path(__file__).resolve().parents[2]
DELAYS = [0, 0.25, 0.5, 1, 2]
"""Seconds before each restart; the next crash opens the circuit breaker, if all are within ..."""
WINDOW, STABLE = 30.0, 10.0
"""... so many seconds, and none is forgiven after so many of READY."""
CRASH = Exited(Cause("crash", "It ended.", "", transient=True))
EXAMPLE = re.compile(r"^# ([A-Z_]+)=(\S+) +# ", re.MULTILINE)
DEFAULTS = dict(EXAMPLE.findall((ROOT / ".env.example").read_text(encoding="utf-8")))


def crash_again_and_again(service: Service, times: int, now: float) -> tuple[list[float], Service]:
    """Return the seconds before each restart, and what the service has become."""
    delays = []
    for _ in range(times):
        service, _ = step(service, CRASH, now)
        if isinstance(service.phase, Backoff):
            delays.append(service.phase.retry_at - now)
            now = service.phase.retry_at
            service, _ = step(service, Due(), now)
    return delays, service


def test_the_delays_between_restarts_and_the_crash_that_ends_them() -> None:
    found, service = crash_again_and_again(Service(Starting()), len(DELAYS) + 1, now=1000)
    assert found == pytest.approx(DELAYS)
    assert service.state is State.BROKEN


def test_the_time_in_which_crashes_count_together() -> None:
    for since, state in ((WINDOW - 0.1, State.BROKEN), (WINDOW + 0.1, State.BACKOFF)):
        service, _ = step(Service(Starting(), crashes=(1000.0,) * 5), CRASH, 1000 + since)
        assert service.state is state


def test_the_time_after_which_a_service_has_proved_itself() -> None:
    for since, state in ((STABLE - 0.1, State.BROKEN), (STABLE, State.BACKOFF)):
        service, _ = step(Service(Ready(1000), crashes=(999.0,) * 5), CRASH, 1000 + since)
        assert service.state is state


@pytest.mark.parametrize("name", sorted(name for name in DEFAULTS if name.startswith("GUARD_")))
def test_a_default_of_the_guard_is_as_listed(tmp_path: Path, name: str) -> None:
    (tmp_path / "Procfile.dev").write_text("web: serve $WEB_PORT\n")
    without, said = (
        guard.load(tmp_path / "Procfile.dev", shell=shell, terminal=False)
        for shell in ({}, {name: DEFAULTS[name]})
    )
    environment = {key: value for key, value in said.environment.items() if key != name}
    assert said._replace(environment=environment) == without


@pytest.mark.parametrize("name", ["WEB_PORT", "API_PORT"])
def test_a_port_of_this_stack_is_as_listed(tmp_path: Path, name: str) -> None:
    for shell, port in (({}, int(DEFAULTS[name])), ({name: "4321"}, 4321)):
        (tmp_path / "Procfile.dev").write_text((ROOT / "Procfile.dev").read_text())
        services = guard.load(tmp_path / "Procfile.dev", shell=shell, terminal=False).services
        assert {f"{each.variable}_PORT": each.port for each in services}[name] == port


READ = ("DATA_DIR", "MEDIA_DIR", "DATABASE_URL", "DOWNLOAD_CONCURRENCY", "DISK_RESERVE_MB")
ALSO_READ = (
    "RATE_LIMIT",
    "SPONSORBLOCK_API",
    "OPEN_ACCESS",
    "TRUSTED_PROXIES",
    "LOG_LEVEL",
    "SHOW_FOLDERS",
)


@pytest.mark.parametrize("name", [*READ, *ALSO_READ])
def test_a_default_of_the_backend_is_as_listed(tmp_path: Path, name: str) -> None:
    assert backend.parse({name: DEFAULTS[name]}, tmp_path) == backend.parse({}, tmp_path)
