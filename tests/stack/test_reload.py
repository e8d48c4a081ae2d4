"""A developer saves files: good ones, broken ones, many; with a real uvicorn behind the guard."""

import time
from pathlib import Path

import pytest

from tests.conftest import Observe
from tests.stack.conftest import Guarded
from tests.stack.harness import GuardRun, ask, until, visits

APP = """\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": message["type"] + ".complete"})
        return await send({"type": "lifespan.shutdown.complete"})
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"VERSION"})
"""
UVICORN = (
    "api: cd app && exec uvicorn main:app --timeout-graceful-shutdown 20 --fd $API_FD"
    " # ${API_PORT:-1}"
)


def save(run: GuardRun, text: str) -> float:
    """Save the app as an editor does, and return when."""
    path = run.procfile.parent / "app" / "main.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return time.monotonic()


@pytest.fixture
def saved(guarded: Guarded) -> GuardRun:
    """A guard over a real uvicorn whose folder is watched."""
    # On a machine that is busy a start may take longer than who waits is left without an answer.
    run = guarded(UVICORN, started=False, API_WATCH="app", GUARD_PATIENCE_SECONDS="60")
    save(run, APP)
    run.start().await_state("api", "READY")
    return run


def test_a_save_brings_the_new_code(saved: GuardRun) -> None:
    old = saved.service("api")["pid"]
    assert ask(saved.ports["api"]).body == b"VERSION"
    save(saved, APP.replace("VERSION", "2"))
    saved.await_new_pid("api", old)
    assert ask(saved.ports["api"]).body == b"2"
    assert saved.service("api")["relaunches"] == 0


@pytest.mark.fault(row="F8")
def test_a_syntax_error_is_answered_with_its_line_until_it_is_mended(
    saved: GuardRun, observe: Observe
) -> None:
    broken = save(saved, APP + "def broken(:\n")
    answer = until(
        lambda: a if (a := ask(saved.ports["api"])).status == 503 else None, "the standby answers"
    )
    observe(ms=(time.monotonic() - broken) * 1000)
    assert answer.json()["state"] == "BROKEN"
    assert answer.json()["cause"]["kind"] == "syntax-error"
    assert "main.py line 8" in answer.json()["cause"]["sentence"]
    assert saved.output().count("SyntaxError: invalid syntax\n") == 1
    save(saved, APP)
    saved.await_state("api", "READY")
    assert ask(saved.ports["api"]).status == 200


@pytest.mark.fault(row="F22")
def test_saves_under_load_fail_no_request(saved: GuardRun, observe: Observe) -> None:
    with visits(saved.ports["api"], answers=100) as seen:
        for version in ("2", "3", "4"):
            old = saved.service("api")["pid"]
            save(saved, APP.replace("VERSION", version))
            saved.await_new_pid("api", old)
    observe(seen)
    assert seen.standby == 0


CANNOT_HEAL = {
    "a module that is missing": (
        "exec python -c 'import nowhere_to_be_found'",
        *("module-missing", "pip install nowhere-to-be-found && make restart p=web"),
    ),
    "packages of Node that are missing": (
        "exec node_modules/.bin/vite",
        *("command-not-found", "(cd . && npm install) && make restart p=web"),
    ),
    "a command that is not there": (
        "exec no-such-command-here",
        *("command-not-found", "Install no-such-command-here, or correct the line `web:`"),
    ),
    "a file that may not be run": ("exec ./plain-file", "not-executable", "chmod +x plain-file"),
}


@pytest.mark.fault(row="F9")
@pytest.mark.parametrize("case", CANNOT_HEAL)
def test_what_cannot_heal_is_broken_at_once_and_says_what_mends_it(
    guarded: Guarded, observe: Observe, case: str
) -> None:
    command, kind, fix = CANNOT_HEAL[case]
    run = guarded(f"web: WEB_FD=$WEB_FD {command} # ${{WEB_PORT:-1}}", started=False)
    (run.procfile.parent / "plain-file").write_text("no program\n", encoding="utf-8")
    begun = time.monotonic()
    view = run.start().await_state("web", "BROKEN")
    observe(ms=(time.monotonic() - begun) * 1000)
    assert view["relaunches"] == 0
    assert view["cause"]["kind"] == kind
    assert fix in view["cause"]["fix"]
    page = ask(run.ports["web"], headers={"Accept": "text/html"})
    assert page.status == 503


def test_a_broken_service_is_revived_by_a_save_in_its_folder(
    guarded: Guarded, tmp_path: Path
) -> None:
    run = guarded(UVICORN, started=False)
    save(run, "import nowhere_to_be_found\n")
    run.start().await_state("api", "BROKEN")
    save(run, APP)
    run.await_state("api", "READY")
    # It is not watched: a save replaces no running process.
    old = run.service("api")["pid"]
    save(run, APP.replace("VERSION", "2"))
    (tmp_path / "Procfile").touch()
    run.post("/api/services/api/start")
    assert run.service("api")["pid"] == old
