"""A crash is told of and followed by a restart, whatever goes wrong while its cause is sought."""

import threading
from pathlib import Path

import pytest

from scripts.guard.config.current import CurrentConfig
from scripts.guard.config.service import Service
from scripts.guard.config.settings import Settings
from scripts.guard.diagnosis.memory_kills import Groups, MemoryKills
from scripts.guard.diagnosis.recorder import CrashRecorder
from scripts.guard.logs.log import Log
from scripts.guard.processes.launcher import Launcher
from tests.conftest import FreePort


class Failing(MemoryKills):
    """Fails as nobody foresaw."""

    def has_killed(self, pid: int, *, itself: bool) -> bool:
        raise ZeroDivisionError(f"{pid} {itself}")


@pytest.mark.starts
def test_a_cause_that_cannot_be_sought_keeps_nobody_from_being_started_again(
    tmp_path: Path, free_port: FreePort, capfd: pytest.CaptureFixture[str]
) -> None:
    web = Service("web", "exit 137")
    config = Settings(
        tmp_path,
        tmp_path / "Procfile",
        (),
        tmp_path / "state",
        (web,),
        guard_port=free_port(),
        environment={"PATH": "/usr/bin:/bin"},
    )
    config.directory.mkdir()
    current, log = CurrentConfig(config), Log(["web"])
    launcher = Launcher(current)
    try:
        process = launcher.launch(web)
        log.attach("web", process.master)
        log.start()
        ended = threading.Event()
        process.await_exit(ended.set)
        assert ended.wait(60)
        status = process.reap()
        cause = CrashRecorder(current, log, launcher, Failing(None, Groups())).explain(web, status)
    finally:
        log.close()
        launcher.ports.keep_only(set())
    assert status == 137
    assert cause.kind == "killed"
    assert "web was killed from outside (SIGKILL)" in cause.sentence
    assert "internal error (the guard keeps running): why web ended" in capfd.readouterr().out
