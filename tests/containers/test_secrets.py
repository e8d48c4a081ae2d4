"""docker-compose.secrets.yml over the other compose file, run by a real engine as it says."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest

from scripts.bench.stacks import free_port
from tests.containers.conftest import SITE, SITE_PORT, Note, site
from tests.containers.engine import Engine, Stack, running, wait_for
from tests.containers.images import ROOT, SECRETS
from tests.containers.test_production import add, file, is_done

pytestmark = pytest.mark.timeout(1800)  # the first one of each engine builds

PASSWORD, TOKEN = "f1le/p@ss%word", "t0ken-of-a-file"
BUCKET, PORT = "media", "9000"
OBJECTS = Path(__file__).with_name("objects.py")
IMAGE = f"""\
FROM docker.io/library/python:3.13-slim
RUN pip install --quiet --no-cache-dir "moto[s3,server]=={version("moto")}"
COPY objects.py /objects.py
ENTRYPOINT ["python", "/objects.py"]
CMD ["serve", "{PORT}"]
"""
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def store(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A compose file with an object store, beside the backends."""
    folder = tmp_path_factory.mktemp("store")
    name = f"{folder.parent.name}-objects"
    (folder / "Dockerfile").write_text(IMAGE)
    (folder / "objects.py").write_bytes(OBJECTS.read_bytes())
    service = {"image": name, "networks": ["web"]}
    (folder / "compose.yml").write_text(json.dumps({"services": {"objects": service}}))
    try:
        engine("build", "--tag", name, folder)
        yield folder / "compose.yml"
    finally:
        engine("rmi", name, check=False)


@dataclass(frozen=True)
class Folder:
    """Secrets in files, as the compose file has them named."""

    path: Path
    stack: Stack

    def keep(self, secret: str, text: str) -> None:
        file = self.path / secret
        file.write_text(f"{text}\n")
        file.chmod(0o644)
        self.stack.environment[f"{secret}_FILE"] = str(file)

    def kept(self, secret: str) -> str:
        return (self.path / secret).read_text().strip()


def objects(stack: Stack, *words: str) -> list[str]:
    """What the object store answers to a command of objects.py."""
    (container,) = stack.containers("objects")
    said: list[str] = json.loads(stack.engine("exec", container, "python", "/objects.py", *words))
    return said


@pytest.fixture(scope="module")
def secrets(
    engine: Engine, store: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Folder]:
    """All up and healthy, with the secrets in a folder that only we may enter."""
    path, port = tmp_path_factory.mktemp("secrets"), free_port()
    path.chmod(0o700)
    given = {
        "POSTGRES_PASSWORD": "",
        "WEB_PORT": str(port),
        "ALLOW_HOSTS": f"{SITE}:{SITE_PORT}",
        "MEDIA_URL": f"s3://{BUCKET}",
        "MEDIA_ENDPOINT": f"http://objects:{PORT}",
    }
    stack = Stack(engine, ROOT / "docker-compose.yml", port, given, over=(SECRETS, store))
    made = Folder(path, stack)
    made.keep("POSTGRES_PASSWORD", PASSWORD)
    made.keep("ACCESS_TOKEN", TOKEN)
    try:
        stack.compose("up", "--detach", "objects")
        access, secret = objects(stack, "make", PORT, BUCKET)
        made.keep("MEDIA_ACCESS_KEY", access)
        made.keep("MEDIA_SECRET_KEY", secret)
        with running(stack):
            yield made
    finally:
        stack.remove()


@pytest.fixture
def stack(secrets: Folder) -> Stack:
    return secrets.stack


def test_the_password_of_the_file_opens_the_database_and_its_token_is_asked_for(
    stack: Stack, note: Note
) -> None:
    note("compose up with secrets in files, until all are healthy", f"{stack.seconds['up']:.1f} s")
    with stack.client() as client:
        assert client.get("/ready").json()["ready"] is True, "it reaches the database"
        assert client.get("/api/queue").status_code == httpx.codes.UNAUTHORIZED
        assert client.get("/api/queue", headers=BEARER).is_success


def test_the_keys_of_the_files_open_the_bucket(
    secrets: Folder, engine: Engine, media_folder: Path
) -> None:
    """It lets nobody in who does not sign with them."""
    stack, medium = secrets.stack, (media_folder / "clip.mp4").read_bytes()
    keys = secrets.kept("MEDIA_ACCESS_KEY"), secrets.kept("MEDIA_SECRET_KEY")
    with pytest.raises(AssertionError, match="SignatureDoesNotMatch"):
        objects(stack, "list", PORT, BUCKET, keys[0], "another")
    image = engine.inspect(stack.containers("backend")[0], "{{.Image}}")
    with site(engine, image, f"{stack.name}_web", media_folder) as url, stack.client() as client:
        client.headers.update(BEARER)
        item = add(client, url)
        wait_for(lambda: is_done(client, item), "the download is done", stack.logs)
        assert file(client, item) == medium
        names = objects(stack, "list", PORT, BUCKET, *keys)
        # Its picture follows, in a hidden folder.
        (name,) = (each for each in names if not each.startswith("."))
        assert name.endswith(".mp4")


def test_a_secret_stands_in_no_environment(secrets: Folder) -> None:
    hidden = [file.read_text().strip() for file in secrets.path.iterdir()]
    assert len(hidden) == 4
    for container in secrets.stack.all():
        told = secrets.stack.engine.inspect(container, "{{json .Config}}")
        assert [each for each in hidden if each in told] == []
        assert "PATH" in told, "else the line above says nothing"


def test_only_who_needs_a_secret_is_given_it(stack: Stack) -> None:
    def given(service: str) -> list[str]:
        (container, *_) = stack.containers(service)
        told = stack.engine("exec", container, "sh", "-c", "ls /run/secrets 2>/dev/null || true")
        return sorted(told.split())

    assert given("backend") == [
        "access_token",
        "database_password",
        "media_access_key",
        "media_secret_key",
    ]
    assert given("database") == ["database_password"]
    assert given("frontend") == []


def test_what_no_file_is_named_for_is_not_asked_for(stack: Stack) -> None:
    files = (f"{name}_FILE" for name in ("ACCESS_TOKEN", "MEDIA_ACCESS_KEY", "MEDIA_SECRET_KEY"))
    stack.down()
    stack.compose("up", "--detach", given=dict.fromkeys(("MEDIA_URL", *files), ""))
    stack.await_health()
    with stack.client() as client:
        assert client.get("/api/queue").is_success
