"""The bill of materials is whole and valid, and the list of licences is that of the locks."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import yaml

from scripts.sbom.packages import PAGE, PYTHON, Package, shipped

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def packages() -> Sequence[Package]:
    return shipped(ROOT)


def bill_of(*packages: Package) -> str:
    """Make the bill; what that loads takes most of a second, for which no other test is to wait."""
    from scripts.sbom.bill import bill

    return bill("app", "1.0", packages)


def test_every_package_of_the_locks_stands_in_it_with_version_licence_and_hash(
    packages: Sequence[Package],
) -> None:
    components = json.loads(bill_of(*packages))["components"]
    found = {(each["name"], each["version"]) for each in components}
    pins = re.findall(
        r"^([\w.-]+)==([^\s;\\]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE
    )
    modules = json.loads((ROOT / "webapp/frontend/package-lock.json").read_text())["packages"]
    page = [
        (path.rpartition("node_modules/")[2], module["version"])
        for path, module in modules.items()
        if path and not module.get("dev")
    ]
    assert len(pins) > 30
    assert len(page) > 30
    assert found == {*pins, *page}
    assert all(each["licenses"] and each["hashes"] and each["purl"] for each in components)


def test_no_licence_is_unknown_and_the_list_is_of_now(packages: Sequence[Package]) -> None:
    from scripts.sbom.__main__ import table

    assert [package.name for package in packages if package.licence == "unknown"] == []
    assert table(packages) in (ROOT / "docs/licences.md").read_text(encoding="utf-8")


def test_what_is_no_bill_of_materials_is_refused() -> None:
    package = Package("a", "1", PYTHON, "MIT", (("sha256", "no digest"),))
    with pytest.raises(ValueError, match="no digest"):
        bill_of(package)


def test_a_package_of_a_scope_is_found_by_its_address() -> None:
    package = Package("@scope/name", "1", PAGE, "MIT", (("sha512", "ab" * 64),))
    (component,) = json.loads(bill_of(package))["components"]
    assert component["purl"] == "pkg:npm/%40scope/name@1"


def test_everything_that_is_brought_from_elsewhere_is_kept_up_to_date() -> None:
    updates = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text())["updates"]
    kinds = {each["package-ecosystem"] for each in updates}
    assert {"pip", "npm", "docker", "docker-compose", "github-actions"} <= kinds
    (docker,) = [each for each in updates if each["package-ecosystem"] == "docker"]
    folders = {f"/{path.parent.relative_to(ROOT)}".rstrip(".") for path in dockerfiles()}
    assert set(docker["directories"]) == folders


def dockerfiles() -> list[Path]:
    return [ROOT / "Dockerfile", *(ROOT / "webapp").glob("*/Dockerfile")]


def base_images() -> Iterator[str]:
    """Of the Dockerfiles, and those that a compose file runs as they are."""
    for path in dockerfiles():
        text = path.read_text(encoding="utf-8")
        stages = [*re.findall(r" AS (\S+)", text), "scratch"]
        yield from (
            each for each in re.findall(r"^FROM (\S+)", text, re.MULTILINE) if each not in stages
        )
    for path in ROOT.glob("docker-compose*.yml"):
        yield from re.findall(r"^ +image: (\S+)", path.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_base_image_is_named_by_its_minor_version() -> None:
    images = set(base_images())
    assert len({image.partition(":")[0] for image in images}) == 4
    assert [image for image in images if not re.search(r":\d+\.\d+\b", image)] == []


def test_every_base_image_is_named_with_its_registry() -> None:
    """Podman of Debian, Ubuntu and Arch asks no registry that is not named."""
    assert [image for image in base_images() if not re.match(r"[^/]+\.[^/]+/", image)] == []


def test_images_are_built_on_the_node_that_the_setup_brings() -> None:
    (node,) = {image for image in base_images() if "/node:" in image}
    locked = re.search(r"==(\d+\.\d+)\.", (ROOT / "requirements-node.txt").read_text())
    assert locked
    assert node == f"docker.io/library/node:{locked[1]}-slim"
