"""`make release` in a clone: version, changelog, commit, tag, archive; or why not."""

import json
import re
import subprocess
import tarfile
import tomllib
from pathlib import Path

import pytest

from scripts.release import __main__ as command
from scripts.release import build, changelog, version

ROOT = Path(__file__).resolve().parents[2]
NEXT = "9.8.7"


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"]
    done = subprocess.run(
        ["git", *identity, *words], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small repository with every file that states a version."""
    for name, _, _ in version.PLACES:
        if (ROOT / name).exists():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    text = "# Changelog\n\n## Unreleased\n\n- New: a thing.\n\n## 0.0.1 - 2026-01-01\n\n- Begun.\n"
    (tmp_path / "CHANGELOG.md").write_text(text)
    (tmp_path / ".gitignore").write_text("dist/\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "Begin")
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Somebody")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "somebody@example.org")
    monkeypatch.setattr(build, "wheel", lambda _: [])  # built for real where procguard is tested
    return tmp_path


def test_a_release_states_its_version_everywhere_and_is_committed_and_tagged(
    clone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([NEXT], clone) == 0
    assert git(clone, "status", "--porcelain") == ""
    project = tomllib.loads((clone / "pyproject.toml").read_text())["project"]
    assert project["version"] == NEXT
    package = json.loads((clone / "webapp/frontend/package.json").read_text())
    lock = json.loads((clone / "webapp/frontend/package-lock.json").read_text())
    assert {package["version"], lock["version"], lock["packages"][""]["version"]} == {NEXT}
    others = {name: each["version"] for name, each in lock["packages"].items() if name}
    before = json.loads((ROOT / "webapp/frontend/package-lock.json").read_text())["packages"]
    assert others == {name: each["version"] for name, each in before.items() if name}
    assert "- New: a thing." in git(clone, "show", "--no-patch", f"v{NEXT}")
    text = (clone / "CHANGELOG.md").read_text()
    assert re.search(
        rf"## Unreleased\n\n## {NEXT} - \d{{4}}-\d\d-\d\d\n\n- New: a thing\.\n\n## 0\.0\.1", text
    )
    left = capsys.readouterr().out
    assert f"git push origin HEAD v{NEXT}" in left
    attached = "dist/sy-media-downloader.tar.gz"
    assert f"gh release create v{NEXT} --notes-from-tag {attached}\n" in left
    assert (clone / attached).exists()


def test_its_archive_unpacks_into_a_folder_of_the_projects_name(clone: Path) -> None:
    assert command.main([NEXT], clone) == 0
    with tarfile.open(clone / "dist/sy-media-downloader.tar.gz") as archive:
        names = archive.getnames()
        inside = archive.extractfile("sy-media-downloader/pyproject.toml")
        assert inside
        assert f'version = "{NEXT}"' in inside.read().decode()
    assert {name.split("/")[0] for name in names} == {"sy-media-downloader"}


def test_the_startup_guide_sends_for_what_a_release_makes(clone: Path) -> None:
    guide = (ROOT / "docs/startup-guide.md").read_text(encoding="utf-8")
    assert f"a file named `{build.archive(clone, 'HEAD').name}`" in guide


def test_the_wheel_is_of_the_version_that_the_guard_states(tmp_path: Path) -> None:
    copy = f"--prefix={tmp_path}/"
    subprocess.run(["git", "checkout-index", "--all", copy], cwd=ROOT, check=True)
    (wheel,) = build.wheel(tmp_path)
    assert wheel == tmp_path / f"dist/procguard-{version.current(ROOT)}-py3-none-any.whl"
    assert build.wheel(tmp_path / "tests") == []


def test_the_commands_for_the_images_name_stages_that_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert list(build.image_commands(NEXT)) == []
    (tmp_path / "podman").write_text("#!/bin/sh\n")
    (tmp_path / "podman").chmod(0o755)

    commands = list(build.image_commands(NEXT))

    assert len(commands) == len(build.IMAGES)
    for name, (engine, verb, _, target, _, file, _, tag, folder) in zip(
        build.IMAGES, commands, strict=True
    ):
        assert (engine, verb, folder) == ("podman", "build", ".")
        assert tag == f"sy-media-downloader-{name}:{NEXT}"
        stages = re.findall(r"^FROM .* AS (\w+)$", (ROOT / file).read_text(), re.MULTILINE)
        assert target in stages


def test_every_reason_against_it_is_told_at_once_and_nothing_changes(
    clone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (clone / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n")
    git(clone, "tag", "v0.0.1")
    before = git(clone, "rev-parse", "HEAD")
    assert command.main(["0.0.1"], clone) == 1
    told = capsys.readouterr().err
    for reason in ("already: choose a newer", "not committed", "tag v0.0.1 exists", "no bullet"):
        assert reason in told
    assert git(clone, "rev-parse", "HEAD") == before


@pytest.mark.parametrize("text", ["1.2", "v1.2.3", "1.2.3rc1", "", "1.2.3\n"])
def test_other_forms_of_a_version_are_refused(text: str) -> None:
    with pytest.raises(version.VersionError):
        version.parse(text)


def test_without_a_version_it_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([]) == 2
    assert "make release v=" in capsys.readouterr().err


def test_every_file_of_the_project_states_the_same_version() -> None:
    found = {
        match["version"]
        for name, pattern, times in version.PLACES
        if (ROOT / name).exists()
        for match in list(re.finditer(pattern, (ROOT / name).read_text()))[:times]
    }
    assert found == {version.current(ROOT)}


def test_nothing_unreleased_is_no_release() -> None:
    with pytest.raises(changelog.ChangelogError):
        changelog.release("# Changelog\n\n## 1.0.0 - 2026-01-01\n\n- Begun.\n", "1.0.1", "")
