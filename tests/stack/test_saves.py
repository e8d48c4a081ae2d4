"""A save restarts what it concerns, once, and nothing else does."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.stack.conftest import Guarded
from tests.stack.harness import GuardRun, toy, until

# Root is refused nothing otherwise.
BOUND = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()


def starts(run: GuardRun) -> int:
    return run.output().count("is ready after")


def told_saves(run: GuardRun) -> list[int]:
    """How many files each restart was told to be for, in order."""
    told = re.findall(r"\.py (?:was|and (\d+) more were) saved", run.output())
    return [1 + int(more or 0) for more in told]


def await_restart_by(run: GuardRun, path: Path) -> None:
    """Save a file, and wait for the restart that this causes."""
    before = starts(run)
    path.write_text(f"saved at {time.monotonic()}", encoding="utf-8")
    until(lambda: starts(run) > before, f"a restart after {path.name}:\n{run.output()}")


def watching(guarded: Guarded, tmp_path: Path) -> tuple[GuardRun, Path]:
    """A guard over one service that a save in a folder restarts; its watch stands."""
    source = tmp_path / "src"
    source.mkdir()
    (source / "main.py").write_text("old", encoding="utf-8")
    run = guarded(toy("api"), API_WATCH="src")
    run.await_state("api", "READY")
    # Until the watch stands, a save is told of twice at the most: wait for one that is told once.
    await_restart_by(run, source / "settled.py")
    time.sleep(1)  # a burst begins with what was saved within half a second
    return run, source


@pytest.mark.fault(row="F36")
def test_what_nobody_saved_restarts_nothing(guarded: Guarded, tmp_path: Path) -> None:
    run, source = watching(guarded, tmp_path)
    before = starts(run)
    (source / ".#main.py").symlink_to("me@host.1:2")
    for name in ("#main.py#", ".main.py.kate-swp", ".DS_Store", ".coverage", "main.py~"):
        (source / name).write_text("x", encoding="utf-8")
    (source / "4913").write_text("", encoding="utf-8")
    (source / "4913").unlink()
    (source / ".idea").mkdir()
    (source / ".idea/workspace.xml").write_text("x", encoding="utf-8")
    (source / "main.py").chmod(0o755)
    await_restart_by(run, source / "main.py")
    assert starts(run) == before + 1


@pytest.mark.fault(row="F36")
def test_a_checkout_is_one_restart_and_not_one_a_file(guarded: Guarded, tmp_path: Path) -> None:
    run, source = watching(guarded, tmp_path)
    before = len(told_saves(run))
    for number in range(60):
        (source / f"module_{number}.py").write_text("x", encoding="utf-8")
        time.sleep(0.02)  # as git writes them
    until(lambda: sum(told_saves(run)[before:]) >= 60, f"all count:\n{run.output()}")
    # The first file may count for itself; on a loaded machine two may lie half a second apart.
    assert len(told_saves(run)) - before <= 5
    await_restart_by(run, source / "main.py")


@pytest.mark.fault(row="F35")
def test_a_folder_that_was_removed_and_put_back_is_watched(
    guarded: Guarded, tmp_path: Path
) -> None:
    run, source = watching(guarded, tmp_path)
    shutil.rmtree(source)
    source.mkdir()
    await_restart_by(run, source / "main.py")


def test_a_folder_that_is_taken_from_us_ends_no_watch(guarded: Guarded, tmp_path: Path) -> None:
    """As the container of a database does with its data."""
    data = tmp_path / "src" / "data"
    data.mkdir(parents=True)
    run = guarded(toy("api"), API_WATCH="src", started=False).start(within=BOUND)
    run.await_state("api", "READY")
    await_restart_by(run, data.parent / "settled.py")
    for number in range(3):
        (data / f"postmaster-{number}.pid").touch()
        data.chmod(0)
        await_restart_by(run, data.parent / "main.py")
        data.chmod(0o700)
    assert "Traceback" not in run.output()


@pytest.mark.fault(row="F35")
def test_a_folder_behind_a_link_is_watched(guarded: Guarded, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "link").symlink_to(tmp_path / "shared")
    run = guarded(toy("api"), API_WATCH="src")
    run.await_state("api", "READY")
    await_restart_by(run, tmp_path / "shared" / "module.py")


@pytest.mark.fault(row="F35")
@pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux'")
def test_a_save_counts_although_inotify_is_used_up(guarded: Guarded, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    run = guarded(toy("api"), API_WATCH="src", started=False)
    limit = "echo 1 > /proc/sys/user/max_inotify_instances"
    probe = ["unshare", "--user", "--map-root-user", "sh", "-c", limit]
    if subprocess.run(probe, check=False, capture_output=True).returncode:
        pytest.skip("user namespaces, in which the limit can be set, are not to be had here")
    run.start(
        within=("unshare", "--user", "--map-root-user", "sh", "-c", f'{limit}; exec "$@"', "-")
    )
    run.await_output("the system watches no more files")
    run.await_state("api", "READY")
    await_restart_by(run, tmp_path / "src" / "main.py")
    assert run.output().count("the system watches no more files") == 1


@pytest.mark.fault(row="F35")
def test_a_line_that_changes_no_folder_starts_again_when_something_beside_it_is_saved(
    guarded: Guarded, tmp_path: Path
) -> None:
    app = tmp_path / "app.py"
    app.write_text("no python", encoding="utf-8")
    run = guarded(f"job: exec {sys.executable} app.py", JOB_PORT="")
    run.await_state("job", "BROKEN")
    app.write_text("import time\ntime.sleep(1000)\n", encoding="utf-8")
    run.await_state("job", "READY")


def test_what_another_line_writes_beside_a_broken_one_does_not_try_it_for_ever(
    guarded: Guarded, tmp_path: Path
) -> None:
    written = tmp_path / "written.txt"
    written.touch()  # made and written at once, it would count twice
    pause = 2  # no storm, even if the first write is told late
    run = guarded(
        "job: echo tried; exec no-such-program",
        f"writer: while sleep {pause}; do echo more >> {written.name}; done",
        JOB_PORT="",
        GUARD_RELAUNCH="process",  # the writer writes on
    )
    run.await_output(f"{written.name} keeps changing, and job is as broken as before")
    until(lambda: run.service("job").get("state") == "BROKEN", "the last try is over")
    tries, size = run.output().count("| tried"), written.stat().st_size
    until(lambda: written.stat().st_size >= size + 3 * len("more\n"), "it is written three times")
    assert run.output().count("| tried") == tries


def test_what_restarts_one_line_and_mends_no_other_restarts_it_no_more_once_it_rests(
    guarded: Guarded, tmp_path: Path
) -> None:
    source = tmp_path / "src"
    source.mkdir()
    file = source / "main.py"
    file.write_text("old", encoding="utf-8")
    job = "job: echo tried; exec no-such-program"
    run = guarded(toy("api"), job, API_WATCH="src", JOB_PORT="", GUARD_RELAUNCH="process")
    run.await_state("api", "READY")
    run.await_state("job", "BROKEN")

    def is_passed_over() -> bool:
        await_restart_by(run, file)
        run.await_state("api", "READY")
        return f"{file} keeps changing, and job is as broken as before" in run.output()

    until(is_passed_over, "the saves of one are in vain for the other")
    until(lambda: run.service("job").get("state") == "BROKEN", "the last try is over")
    tries, pid = run.output().count("| tried"), run.service("api")["pid"]
    until(lambda: run.output().count("| tried") > tries, "it is tried once more after the rest")
    assert run.service("api")["pid"] == pid


@pytest.mark.fault(row="F36")
def test_what_was_saved_twice_in_a_second_is_what_runs(guarded: Guarded, tmp_path: Path) -> None:
    source = tmp_path / "src"
    source.mkdir()
    (source / "main.py").write_text(
        "import time, value\nprint(f'runs {value.V}.', flush=True)\ntime.sleep(1000)\n",
        encoding="utf-8",
    )
    (source / "value.py").write_text("V = 1\n", encoding="utf-8")
    python = f"env -u PYTHONDONTWRITEBYTECODE {sys.executable}"
    run = guarded(f"job: cd src && exec {python} main.py", JOB_WATCH="src", JOB_PORT="")
    run.await_output("runs 1.")
    second = (source / "value.py").stat().st_mtime_ns // 10**9
    (source / "saved.py").write_text("V = 2\n", encoding="utf-8")  # as many bytes as before
    os.utime(source / "saved.py", ns=(second * 10**9, second * 10**9 + 1))
    (source / "saved.py").replace(source / "value.py")
    run.await_output("runs 2.")
