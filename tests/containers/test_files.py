"""The container files are well-formed, and every path, port, stage and setting in them is real."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.containers.encoders import needed
from tests.containers.images import (
    COMPOSE_FILES,
    DOCKERFILES,
    ROOT,
    SECRETS,
    mounted,
    services,
    stages,
)
from tests.schemas import Validated

# Variables that the image of a service reads by itself, not our code.
OF_THE_IMAGE = {
    "CHOKIDAR_USEPOLLING",
    "WATCHFILES_FORCE_POLLING",
    "API_UPSTREAM",
    "TRUSTED_PROXY",
}
OF_COMPOSE = {"POSTGRES_PASSWORD", "DOCKER_POLLING", "TRUSTED_PROXY", "BACKEND_MEMORY"}
OF_COMPOSE |= {"DATA_FOLDER", "PUID", "PGID", "BACKENDS"}
EVERY_SERVICE = [
    pytest.param(compose, name, service, id=f"{compose.name}-{name}")
    for compose in COMPOSE_FILES
    for name, service in services(compose).items()
]
NOT_GIVEN = {
    **dict.fromkeys(("DATA_DIR", "DATA_DIR_MODE"), "the image's own"),
    **dict.fromkeys(("DATABASE_URL_FILE", "DATABASE_PASSWORD_FILE"), "the compose file's own"),
    **dict.fromkeys(("IMPORT_DIR", "CA_FILE"), "a path of the host: it needs a mount as well"),
    **dict.fromkeys(
        ("ACCESS_TOKEN_FILE", "MEDIA_ACCESS_KEY_FILE", "MEDIA_SECRET_KEY_FILE"),
        "of docker-compose.secrets.yml",
    ),
    "SHOW_FOLDERS": "a container has no desktop",
}
"""Settings of the backend that the compose file for production does not hand on, and why."""
BUILT = [case for case in EVERY_SERVICE if "build" in case.values[2]]  # type: ignore[operator]


def tool(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / name
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.parent.name)
def test_hadolint_finds_nothing(dockerfile: Path) -> None:
    assert tool("hadolint", dockerfile).stdout == ""


@pytest.mark.parametrize("compose", [*COMPOSE_FILES, SECRETS], ids=lambda path: path.name)
def test_fits_the_compose_specification(compose: Path, validated: Validated) -> None:
    checked = validated("vendor.compose-spec", compose)
    assert checked.exit_code == 0, checked.output


@pytest.mark.parametrize(("compose", "name", "service"), BUILT)
def test_builds_a_stage_of_a_dockerfile_that_exists(
    compose: Path, name: str, service: dict[str, Any]
) -> None:
    build = service["build"]
    dockerfile = compose.parent / build["context"] / build["dockerfile"]
    assert build["target"] in stages(dockerfile), name


@pytest.mark.parametrize(("compose", "name", "service"), BUILT)
def test_publishes_the_port_that_the_image_serves_on_loopback_only(
    compose: Path, name: str, service: dict[str, Any]
) -> None:
    stage = stages(ROOT / service["build"]["dockerfile"])[service["build"]["target"]]
    exposed = stage.last("EXPOSE")
    assert exposed in " ".join(service["healthcheck"]["test"]), name
    for published in service.get("ports", ()):
        assert re.fullmatch(rf"127\.0\.0\.1:\$\{{[A-Z_]+:-{exposed}\}}:{exposed}", published), (
            compose
        )


@pytest.mark.parametrize(("compose", "name", "service"), EVERY_SERVICE)
def test_mounts_folders_that_exist_and_volumes_that_are_declared(
    compose: Path, name: str, service: dict[str, Any]
) -> None:
    declared = yaml.safe_load(compose.read_text(encoding="utf-8")).get("volumes", {})
    for mount in service.get("volumes", ()):
        source, _ = mounted(mount)
        if not source:
            continue  # a volume of the container alone
        is_known = (ROOT / source).is_dir() if source.startswith(".") else source in declared
        assert is_known, f"{name}: {mount}"


@pytest.mark.parametrize(("compose", "name", "service"), EVERY_SERVICE)
def test_sets_and_reads_only_variables_that_mean_something(
    compose: Path, name: str, service: dict[str, Any]
) -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    settings = set(re.findall(r"^#? ?([A-Z_]+)=", example, re.MULTILINE)) | {"API_URL"}
    text = yaml.safe_dump(service)
    assert set(re.findall(r"\$\{([A-Z_]+)", text)) <= settings | OF_COMPOSE, compose
    if name != "database":
        assert set(service.get("environment", ())) <= settings | OF_THE_IMAGE


def test_every_setting_of_the_backend_reaches_production_with_its_default_or_says_why() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8").partition("# --- Backend")[2]
    listed = dict(re.findall(r"^#? ?([A-Z_]+)=(\S*)", example, re.MULTILINE))
    given = services(ROOT / "docker-compose.yml")["backend"]["environment"]
    assert listed.keys() == given.keys() | NOT_GIVEN.keys()
    assert not given.keys() & NOT_GIVEN.keys()
    for name, value in given.items():
        default = re.fullmatch(rf"\$\{{{name}:-(.*)\}}", str(value))
        assert default is None or default[1] == listed[name], name


@pytest.mark.parametrize(("compose", "name", "service"), EVERY_SERVICE)
def test_waits_for_the_health_of_services_that_report_it(
    compose: Path, name: str, service: dict[str, Any]
) -> None:
    for other, condition in service.get("depends_on", {}).items():
        assert condition == {"condition": "service_healthy"}, name
        assert "healthcheck" in services(compose)[other], name


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.parent.name)
def test_copies_files_that_exist_and_are_sent_to_the_engine(dockerfile: Path) -> None:
    sent = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    for stage in stages(dockerfile).values():
        for rest in stage.all("COPY"):
            if rest.startswith("--from="):
                continue
            for source in rest.removeprefix("--chmod=755 ").split()[:-1]:
                assert (ROOT / source).exists(), f"{stage.name}: {source}"
                assert source.startswith(tuple(sent)), f"{stage.name}: {source}"


@pytest.mark.parametrize(("compose", "name", "service"), EVERY_SERVICE)
def test_does_not_run_as_root(compose: Path, name: str, service: dict[str, Any]) -> None:
    assert service.get("user", "1000") not in {"0", "root", "0:0"}, (compose, name)
    if "build" not in service:
        assert service["user"], "whatever the image says"
        return
    dockerfile = ROOT / service["build"]["dockerfile"]
    stage = stages(dockerfile)[service["build"]["target"]]
    unprivileged_base = "FROM docker.io/nginxinc/nginx-unprivileged" in dockerfile.read_text()
    is_served_by_nginx = name == "frontend" and stage.name == "production"
    assert unprivileged_base if is_served_by_nginx else stage.last("USER") == "1000", compose


def of_the_backend() -> set[str]:
    """The settings of that group of the example."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    _, group = example.split("# --- Backend")
    return set(re.findall(r"^#? ?([A-Z_]+)=", group, re.MULTILINE))


def test_every_secret_of_the_compose_file_may_be_a_file() -> None:
    secrets = {
        name.removesuffix("_FILE") for name in of_the_backend() if name.endswith("_FILE")
    } - {"CA", "DATABASE_URL"}  # certificates are no secret, nor is the address without password
    laid_over, below = services(SECRETS), services(ROOT / "docker-compose.yml")
    assert secrets <= set(below["backend"]["environment"])
    for name, service in below.items():
        for secret in (secrets | {"POSTGRES_PASSWORD"}) & set(service["environment"]):
            given = laid_over[name]["environment"]
            assert given[secret] == "", f"{name}: {secret} would be set twice"
            file = Path(given[f"{secret}_FILE"])
            assert file.name in laid_over[name]["secrets"]


def test_the_images_own_ffmpeg_writes_every_format_that_is_offered() -> None:
    (configure,) = (
        line for line in stages(DOCKERFILES[0])["ffmpeg"].all("RUN") if "./configure" in line
    )
    enabled = set(",".join(re.findall(r"--enable-encoder=(\S+)", configure)).split(","))
    # An unknown name is passed over there without a word.
    configured = {name.replace("-", "_").replace("mov_text", "movtext") for name in needed()}
    assert configured <= enabled
    for library in (name.partition("_")[0] for name in configured if name.startswith("lib")):
        assert f"--enable-{library} " in configure
