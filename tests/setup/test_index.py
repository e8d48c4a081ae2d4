"""One pinned wheel from a package index that a real server plays, in both of the index's forms."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.setup import index
from tests.setup.package_index import serving

WHEEL = b"a wheel"
NAME = "pip-26.3-py3-none-any.whl"
FILE = f"/files/{NAME}"
HTML = f"""<html><body><a href="/files/pip-26.2-py3-none-any.whl#sha256=00">pip-26.2</a>
<a data-requires-python="&gt;=3.10" href="..{FILE}#sha256=00">{NAME}</a></body></html>""".encode()
JSON = json.dumps({"files": [{"filename": NAME, "url": f"..{FILE}"}]}).encode()


def lock_of(folder: Path, content: bytes = WHEEL) -> Path:
    lock = folder / "requirements-pip.txt"
    digest = hashlib.sha256(content).hexdigest()
    lock.write_text(f"# made by hand\npip==26.3 \\\n    --hash=sha256:{digest}\n")
    return lock


@pytest.mark.parametrize("page", [HTML, JSON], ids=["html", "json"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_the_pinned_wheel_is_found_and_kept(tmp_path: Path, page: bytes, slash: str) -> None:
    with serving({"/simple/pip/": page, f"/simple{FILE}": WHEEL}) as host:
        address = f"http://{host}/simple{slash}"
        wheel = index.fetch_wheel(lock_of(tmp_path), address, tmp_path / "made")
    assert wheel == tmp_path / "made" / NAME
    assert wheel.read_bytes() == WHEEL


def test_a_file_that_is_not_what_was_pinned_is_not_kept(tmp_path: Path) -> None:
    with (
        serving({"/pip/": HTML, FILE: b"something else"}) as host,
        pytest.raises(ValueError, match=r"not the file that requirements-pip\.txt pins"),
    ):
        index.fetch_wheel(lock_of(tmp_path), f"http://{host}", tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_an_index_without_that_version_says_so(tmp_path: Path) -> None:
    with (
        serving({"/pip/": b"<a href='pip-1.0.whl'>pip</a>"}) as host,
        pytest.raises(OSError, match=f"the package index has no {NAME}"),
    ):
        index.fetch_wheel(lock_of(tmp_path), f"http://{host}", tmp_path)


def test_name_and_password_of_the_address_are_sent(tmp_path: Path) -> None:
    with serving({"/pip/": HTML, FILE: WHEEL}, login="ann:s@cret") as host:
        with pytest.raises(OSError, match=r"127\.0\.0\.1 answered 401"):
            index.fetch_wheel(lock_of(tmp_path), f"http://{host}", tmp_path)
        # The file is on the same host, and asks again.
        address = f"http://ann:s%40cret@{host}"
        assert index.fetch_wheel(lock_of(tmp_path), address, tmp_path).read_bytes() == WHEEL


def test_an_answer_without_end_is_not_read_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "MAX_BYTES", 1000)
    with (
        serving({"/pip/": HTML, FILE: bytes(1001)}) as host,
        pytest.raises(OSError, match="more than 1000 bytes"),
    ):
        index.fetch_wheel(lock_of(tmp_path), f"http://{host}", tmp_path)


@dataclass(frozen=True)
class Home:
    """A home folder with pip's settings, and nothing in the environment."""

    folder: Path

    def write(self, path: str, text: str) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for name in ("PIP_INDEX_URL", "PIP_CONFIG_FILE", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return Home(tmp_path)


def test_what_is_written_nearer_to_the_user_counts(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.write(".pip/pip.conf", "[global]\nindex-url = https://old.example/%s\n")
    assert index.configured() == "https://old.example/%s"
    home.write(".config/pip/pip.conf", "[global]\nindex-url = https://user.example\n")
    assert index.configured() == "https://user.example"
    own = home.write("own.conf", "[install]\nindex_url = https://own.example\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(own))
    assert index.configured() == "https://own.example"
    monkeypatch.setenv("PIP_INDEX_URL", "https://now.example")
    assert index.configured() == "https://now.example"


def test_files_can_be_switched_off_as_pip_allows(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.write(".pip/pip.conf", "[global]\nindex-url = https://user.example\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    assert index.configured() is None


def test_settings_that_cannot_be_read_name_no_index(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = home.write("own.conf", "index-url = https://user.example\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(broken))
    assert index.configured() is None
