"""The single image's first step: who it becomes, and what it may take over."""

import os
from pathlib import Path

import pytest

from scripts.containers.entrypoint import BadValueError, Identity, gateway, hand_over

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
    with pytest.raises(BadValueError) as told:
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
    assert gateway(tmp_path / "route") == "10.88.0.1"
    (tmp_path / "none").write_text(ROUTES.splitlines()[0] + "\n")
    assert gateway(tmp_path / "none") == ""
