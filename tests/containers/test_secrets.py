"""docker-compose.secrets.yml over the other compose file, run by a real engine as it says."""

from collections.abc import Iterator

import httpx
import pytest

from scripts.bench.stacks import free_port
from tests.containers.conftest import Note
from tests.containers.engine import Engine, Stack, running
from tests.containers.images import ROOT, SECRETS

pytestmark = pytest.mark.timeout(1800)  # the first one of each engine builds

PASSWORD, TOKEN, KEY = "f1le/p@ss%word", "t0ken-of-a-file", "s3cret-of-a-bucket"


@pytest.fixture(scope="module")
def stack(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Up and healthy, with its secrets in a folder that only we may enter."""
    folder, port = tmp_path_factory.mktemp("secrets"), free_port()
    folder.chmod(0o700)
    given = {"POSTGRES_PASSWORD": "", "WEB_PORT": str(port)}
    secrets = {
        "POSTGRES_PASSWORD_FILE": PASSWORD,
        "ACCESS_TOKEN_FILE": TOKEN,
        "MEDIA_SECRET_KEY_FILE": KEY,
    }
    for name, text in secrets.items():
        (folder / name).write_text(f"{text}\n")
        (folder / name).chmod(0o644)
        given[name] = str(folder / name)
    production = ROOT / "docker-compose.yml"
    with running(Stack(engine, production, port, given, over=(SECRETS,))) as made:
        yield made


def test_the_password_of_the_file_opens_the_database_and_its_token_is_asked_for(
    stack: Stack, note: Note
) -> None:
    note("compose up with secrets in files, until all are healthy", f"{stack.seconds['up']:.1f} s")
    with stack.client() as client:
        assert client.get("/ready").json()["ready"] is True, "it reaches the database"
        assert client.get("/api/queue").status_code == httpx.codes.UNAUTHORIZED
        given = {"Authorization": f"Bearer {TOKEN}"}
        assert client.get("/api/queue", headers=given).is_success


def test_a_secret_stands_in_no_environment(stack: Stack) -> None:
    for container in stack.all():
        told = stack.engine.inspect(container, "{{json .Config}}")
        assert TOKEN not in told
        assert PASSWORD not in told
        assert KEY not in told
        assert "PATH" in told, "else the lines above say nothing"


def test_only_who_needs_a_secret_is_given_it(stack: Stack) -> None:
    def given(service: str) -> list[str]:
        (container, *_) = stack.containers(service)
        told = stack.engine("exec", container, "sh", "-c", "ls /run/secrets 2>/dev/null || true")
        return sorted(told.split())

    assert given("backend") == ["access_token", "database_password", "media_secret_key"]
    assert given("database") == ["database_password"]
    assert given("frontend") == []
