"""The single image's first step: who it becomes, and what it may take over."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.containers.entrypoint import CannotStartError, Identity, driver_of, gateway, hand_over
from tests.containers.images import ROOT

ENTRYPOINT = ROOT / "scripts/containers/entrypoint.py"
ROUTES = """Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
eth0\t0000580A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
eth0\t00000000\t0100580A\t0003\t0\t0\t0\t00000000\t0\t0\t0
"""
SOMEBODY = Identity(4321, 4322, 0o027)
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


def test_it_is_the_first_user_of_a_machine_unless_told_otherwise() -> None:
    assert Identity.parse({}) == Identity(1000, 1000, 0o022)
    assert Identity.parse({"PUID": "", "UMASK": " "}) == Identity(1000, 1000, 0o022)
    assert Identity.parse({"PUID": "4321", "PGID": "4322", "UMASK": "027"}) == SOMEBODY


def test_all_bad_values_are_told_at_once() -> None:
    with pytest.raises(CannotStartError) as told:
        Identity.parse({"PUID": "me", "PGID": "0", "UMASK": "0999"})
    assert [line.partition("=")[0] for line in str(told.value).splitlines()] == [
        "PUID",
        "PGID",
        "UMASK",
    ]


@only_root
def test_an_empty_volume_is_handed_over(tmp_path: Path) -> None:
    hand_over(tmp_path, SOMEBODY)
    assert (tmp_path.stat().st_uid, tmp_path.stat().st_gid) == (4321, 4322)


@only_root
def test_somebodys_folder_is_not(tmp_path: Path) -> None:
    (tmp_path / "theirs").touch()
    hand_over(tmp_path, SOMEBODY)
    assert tmp_path.stat().st_uid == 0
    hand_over(tmp_path / "not there", SOMEBODY)


@pytest.mark.starts
@only_root
def test_nothing_leads_back() -> None:
    child = os.fork()
    if child == 0:
        SOMEBODY.take()
        ids = (*os.getresuid(), *os.getresgid(), *os.getgroups(), os.umask(0))
        os._exit(0 if ids == (4321, 4321, 4321, 4322, 4322, 4322, 0o027) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_the_host_is_where_the_default_route_leads(tmp_path: Path) -> None:
    (tmp_path / "route").write_text(ROUTES)
    assert gateway(tmp_path / "route", {"eth0": "veth"}.__getitem__) == "10.88.0.1"
    (tmp_path / "none").write_text(ROUTES.splitlines()[0] + "\n")
    assert gateway(tmp_path / "none", {"eth0": "veth"}.__getitem__) == ""


@pytest.mark.parametrize("driver", ["macvlan", "virtio_net", "tun", ""])
def test_a_gateway_that_is_a_router_is_not_the_host(tmp_path: Path, driver: str) -> None:
    (tmp_path / "route").write_text(ROUTES)
    assert gateway(tmp_path / "route", {"eth0": driver}.__getitem__) == ""


@pytest.mark.starts
@only_root
@pytest.mark.skipif(not shutil.which("ip"), reason="no ip here: Debian's package iproute2")
@pytest.mark.parametrize("kind", ["veth", "macvlan"])
def test_the_kernel_tells_what_an_interface_is(kind: str) -> None:
    name = f"test{os.getpid()}"
    outer = ["ip", "link", "add", f"{name}-o", "type", "veth", "peer", f"{name}-i"]
    inner = ["ip", "link", "add", "link", f"{name}-o", "name", f"{name}-m", "type", "macvlan"]
    if subprocess.run(outer, capture_output=True, check=False).returncode:
        pytest.skip("no interface may be made here")
    try:
        if kind == "macvlan":
            subprocess.run(inner, check=True)
        assert driver_of(f"{name}-{'o' if kind == 'veth' else 'm'}") == kind
    finally:
        subprocess.run(["ip", "link", "del", f"{name}-o"], check=True)
    assert driver_of(f"{name}-o") == ""


def started(folder: Path, *lost: str) -> subprocess.CompletedProcess[str]:
    """Start as root of a container that lost these capabilities; what runs is `id -u`."""
    gone = ",".join(f"-{each}" for each in lost)
    less = ["setpriv", f"--bounding-set={gone}", f"--inh-caps={gone}"]
    return subprocess.run(
        [*less, sys.executable, str(ENTRYPOINT), "id", "-u"],
        env=os.environ | {"MEDIA_DIR": str(folder), "PUID": "4321"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.starts
@only_root
def test_root_that_may_become_nobody_is_told_what_to_give(tmp_path: Path) -> None:
    """An engine that was told --cap-drop ALL leaves it none."""
    done = started(tmp_path, "all")
    assert done.returncode == 1
    assert done.stderr.startswith("The container cannot start:\n")
    assert "--user 4321:1000" in done.stderr


@pytest.mark.starts
@only_root
def test_a_folder_that_refuses_root_ends_nothing(tmp_path: Path) -> None:
    """As one of another machine does (NFS, root_squash)."""
    done = started(tmp_path, "chown")
    assert (done.stdout, done.stderr) == ("4321\n", "")
    assert tmp_path.stat().st_uid == 0
