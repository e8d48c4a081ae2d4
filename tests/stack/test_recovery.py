"""A server dies or hangs: it comes back, and meanwhile no connection is refused."""

import os
import signal
import time

import pytest

from tests.conftest import Observe
from tests.stack.conftest import Guarded
from tests.stack.harness import ask, is_gone, kill, toy, until, visits

PAIR = (toy("web"), toy("api"))


@pytest.mark.fault(row="F1")
@pytest.mark.parametrize("victim", ["web", "api"])
def test_a_killed_server_comes_back_and_the_other_is_left_alone(
    guarded: Guarded, observe: Observe, victim: str
) -> None:
    run = guarded(*PAIR, GUARD_RELAUNCH="process")
    pids = {name: run.await_state(name, "READY")["pid"] for name in ("web", "api")}
    other = "api" if victim == "web" else "web"
    with visits(run.ports[victim], answers=50) as seen:
        killed = time.monotonic()
        kill(pids[victim], seen)
        fresh = run.await_new_pid(victim, pids[victim])
        took = time.monotonic() - killed
    observe(seen, ms=took * 1000)
    assert ask(run.ports[victim]).json() == {"name": victim, "pid": fresh}
    assert run.service(other)["pid"] == pids[other]
    assert run.service(victim)["relaunches"] == 1


@pytest.mark.fault(row="F1")
def test_by_default_the_whole_stack_is_restarted(guarded: Guarded, observe: Observe) -> None:
    run = guarded(*PAIR)
    pids = {name: run.await_state(name, "READY")["pid"] for name in ("web", "api")}
    with visits(run.ports["web"], answers=50) as web, visits(run.ports["api"], answers=50) as api:
        killed = time.monotonic()
        with api.fault():  # the guard ends that one
            with web.fault():
                os.kill(pids["web"], signal.SIGKILL)
            fresh = {name: run.await_new_pid(name, pids[name]) for name in ("web", "api")}
        took = time.monotonic() - killed
    observe(web, api, ms=took * 1000)
    assert set(fresh.values()).isdisjoint(pids.values())


@pytest.mark.fault(row="F2")
def test_an_exit_with_code_0_that_nobody_asked_for_is_a_crash(
    guarded: Guarded, observe: Observe
) -> None:
    run = guarded(*PAIR, GUARD_RELAUNCH="process")
    old = run.await_state("web", "READY")["pid"]
    with visits(run.ports["web"], answers=50) as seen:
        ended = time.monotonic()
        ask(run.ports["web"], "/exit?0")
        run.await_new_pid("web", old)
        took = time.monotonic() - ended
    observe(seen, ms=took * 1000)


@pytest.mark.fault(row="F3")
def test_a_death_is_seen_although_a_grandchild_keeps_the_output_open(
    guarded: Guarded, observe: Observe
) -> None:
    run = guarded(toy("web", "--grandchild"), GUARD_RELAUNCH="process")
    old = run.await_state("web", "READY")["pid"]
    run.await_output("grandchild ")
    grandchild = int(run.output().split("grandchild ")[1].split()[0])
    killed = time.monotonic()
    os.kill(old, signal.SIGKILL)
    until(lambda: run.service("web").get("pid") != old, "the death is noticed")
    observe(ms=(time.monotonic() - killed) * 1000)
    until(lambda: is_gone(grandchild), "the grandchild is gone")


@pytest.mark.fault(row="F4")
def test_a_frozen_server_is_replaced_and_those_who_wait_get_the_page(
    guarded: Guarded, observe: Observe
) -> None:
    run = guarded(*PAIR, GUARD_RELAUNCH="process", GUARD_HANG_SECONDS="2")
    old = run.await_state("web", "READY")["pid"]
    with visits(run.ports["web"], answers=50) as seen:
        frozen = time.monotonic()
        with seen.fault():
            os.kill(old, signal.SIGSTOP)
        run.await_new_pid("web", old)
        took = time.monotonic() - frozen
    observe(seen, ms=took * 1000)
    assert seen.standby > 0
    assert is_gone(old)


@pytest.mark.fault(row="F6")
def test_a_start_that_fails_twice_is_tried_again(guarded: Guarded, observe: Observe) -> None:
    run = guarded(toy("web", "--fail-times", "2"))
    begun = time.monotonic()
    run.await_output("failing on purpose, start 1")
    with visits(run.ports["web"], answers=50) as seen:
        view = run.await_state("web", "READY")
        took = time.monotonic() - begun
    observe(seen, ms=took * 1000)
    assert view["relaunches"] == 2
    assert view["cause"] is None


@pytest.mark.fault(row="F7")
def test_a_crash_loop_is_given_up_with_a_page_that_says_why(
    guarded: Guarded, observe: Observe
) -> None:
    run = guarded(toy("web", "--fail-times", "100"), toy("api"), GUARD_RELAUNCH="process")
    starts = run.procfile.with_name("starts")
    begun = time.monotonic()
    view = run.await_state("web", "BROKEN")
    observe(ms=(time.monotonic() - begun) * 1000)
    assert view["relaunches"] == 5
    assert len(starts.read_bytes()) == 6
    page = ask(run.ports["web"], headers={"Accept": "text/html"})
    assert (page.status, page.headers["x-guard-standby"]) == (503, "BROKEN")
    assert b"failing on purpose, start 6" in page.body
    data = ask(run.ports["web"])
    assert data.headers["content-type"] == "application/problem+json"
    assert data.json()["cause"] == view["cause"]
    assert run.service("api")["state"] == "READY"
    assert len(starts.read_bytes()) == 6
    starts.write_bytes(b"." * 100)
    assert run.post("/api/services/web/restart").status == 202
    run.await_state("web", "READY")
    assert len(starts.read_bytes()) == 101


@pytest.mark.fault(row="F16")
def test_a_server_that_hits_its_memory_limit_is_said_to_have(
    guarded: Guarded, observe: Observe
) -> None:
    greedy = "const a = []; for (;;) a.push(new Array(1e5).fill({}))"
    line = f"web: WEB_FD=$WEB_FD exec node --max-old-space-size=30 -e '{greedy}' # ${{WEB_PORT:-1}}"
    run = guarded(line)
    begun = time.monotonic()
    view = until(lambda: v if (v := run.service("web")).get("cause") else None, "a cause is named")
    observe(ms=(time.monotonic() - begun) * 1000)
    assert view["cause"]["kind"] == "out-of-memory"
    assert "NODE_OPTIONS=--max-old-space-size" in view["cause"]["fix"]
