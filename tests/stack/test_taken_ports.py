"""Ports that are taken: all told at once, with who has each; two checkouts run side by side."""

import re
import socket
from pathlib import Path

import pytest

from tests.conftest import FreePort
from tests.stack.conftest import Guarded
from tests.stack.harness import GuardRun, ask, is_free, toy, until


@pytest.fixture
def second(tmp_path: Path, free_port: FreePort) -> GuardRun:
    """Another checkout, whose guard is not started yet."""
    folder = tmp_path / "second"
    folder.mkdir()
    (folder / "Procfile").write_text(f"{toy('web')}\n{toy('api')}\n")
    return GuardRun(folder / "Procfile", {}, {n: free_port() for n in ("web", "api", "guard")})


def test_all_ports_that_are_taken_are_told_at_once_with_free_ones(guarded: Guarded) -> None:
    run = guarded(toy("web"), toy("api"), "dev: serve $PORT", started=False)
    names = ("guard", "web", "dev")
    held = [socket.create_server(("127.0.0.1", run.ports[name])) for name in names]
    told = run.run("up")
    assert told.returncode == 1
    for name in names:
        setting = f"{name.upper()}_PORT"
        assert f"port {run.ports[name]} ({setting}) is held by another process" in told.stderr
        (free,) = re.findall(rf"{setting}=(\d+)", told.stderr.rpartition("fix:")[2])
        assert int(free) not in run.ports.values()
        assert is_free(int(free))
    assert "API_PORT" not in told.stderr
    for each in held:
        each.close()


def test_another_guard_is_called_that_with_its_folder_and_how_to_stop_it(
    guarded: Guarded, second: GuardRun
) -> None:
    first = guarded(toy("web"))
    first.await_state("web", "READY")
    second.environment["WEB_PORT"] = str(first.ports["web"])
    told = second.run("up")
    assert told.returncode == 1
    root = first.procfile.parent
    assert f"the guard of {root}, or what it runs" in told.stderr
    assert f"cd {root} && make stop" in told.stderr
    assert "kill " not in told.stderr


def test_two_checkouts_run_side_by_side(guarded: Guarded, second: GuardRun) -> None:
    first = guarded(toy("web"))
    first.await_state("web", "READY")
    # By default both would have the same port; it is stated where it is no setting of the user's.
    del second.environment["GUARD_PORT"]
    default = 9400
    if is_free(default):
        first.close()
        first.environment["GUARD_PORT"] = str(default)
        first.ports = {**first.ports, "guard": default}
        first.start().await_state("web", "READY")
    else:
        pytest.skip(f"port {default} is in use here")
    try:
        second.start().await_output(f"the guard of {first.procfile.parent} has port {default}")
        (port,) = re.findall(r"this one has (\d+)", second.output())
        second.ports = {**second.ports, "guard": int(port)}
        second.await_state("web", "READY")
        assert second.run("status").returncode == 0
        examined = second.run("doctor", "web")
        assert examined.returncode == 0, examined.stdout + examined.stderr
        assert ask(default, "/api/status").status == 200
        (second.procfile.parent / ".env").write_text("WEB_HEALTH=/\n")
        until(lambda: second.run("status").returncode == 0, "it is found after a reload too")
        assert second.run("stop").returncode == 0
        assert second.await_end() == 0
    finally:
        second.close()
