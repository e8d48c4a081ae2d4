from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict

from net.bucket_place import BucketPlace
from settings import SettingsError, load, parse

ROOT = Path(__file__).resolve().parents[2]


def test_everything_has_a_default(tmp_path: Path) -> None:
    settings = parse({}, tmp_path)

    assert settings.data_dir == tmp_path / "data"
    assert settings.media_dir == tmp_path / "data/media"
    assert settings.database_url == f"sqlite:///{tmp_path}/data/app.db"
    assert settings.concurrency == 3
    assert settings.allowed.entries == ()
    assert settings.api_hosts == ("localhost", "127.0.0.1", "[::1]")
    assert not settings.distributed
    assert settings.log_level == "info"
    assert settings.show_folders == "auto"
    assert settings.open_access == ()
    assert settings.guard_token_file is None


def test_the_shell_beats_the_file_at_the_root_of_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("settings.ROOT", tmp_path)
    monkeypatch.delenv("RATE_LIMIT", raising=False)
    monkeypatch.setenv("LOG_LEVEL", "error")
    assert load().rate_limit == 0

    (tmp_path / ".env").write_text("RATE_LIMIT=5\nLOG_LEVEL=debug\nDATA_DIR\n")
    assert load().rate_limit == 5
    assert load().log_level == "error"


def test_what_was_read_is_never_printed(tmp_path: Path) -> None:
    chosen = parse({"SOMEBODYS_SECRET": "secret"}, tmp_path)
    assert chosen.environment["SOMEBODYS_SECRET"] == "secret"
    assert "secret" not in repr(chosen)
    assert chosen == parse({}, tmp_path), "what is chosen is alike"


def test_relative_paths_begin_where_the_project_does() -> None:
    assert parse({}).data_dir == ROOT / "data"


def test_a_choice_may_be_written_in_capitals(tmp_path: Path) -> None:
    chosen = parse({"LOG_LEVEL": "Debug", "SHOW_FOLDERS": "YES"}, tmp_path)
    assert (chosen.log_level, chosen.show_folders) == ("debug", "yes")


def test_the_guard_says_where_its_token_is(tmp_path: Path) -> None:
    given = parse({"GUARD_TOKEN_FILE": "/run/token"}, tmp_path)
    assert given.guard_token_file == Path("/run/token")


def test_a_network_may_be_named_by_any_of_its_addresses(tmp_path: Path) -> None:
    (network,) = parse({"OPEN_ACCESS": "192.168.1.7/24"}, tmp_path).open_access
    assert str(network) == "192.168.1.0/24"


def test_an_empty_value_means_the_default(tmp_path: Path) -> None:
    assert parse({"DOWNLOAD_CONCURRENCY": "", "DATA_DIR": " "}, tmp_path) == parse({}, tmp_path)


def test_relative_paths_begin_at_the_root_of_the_project(tmp_path: Path) -> None:
    given = {"DATA_DIR": "d", "MEDIA_DIR": "m", "DATABASE_URL": "sqlite:///d/x.db"}
    settings = parse(given, tmp_path)

    assert settings.data_dir == tmp_path / "d"
    assert settings.media_dir == tmp_path / "m"
    assert settings.database_url == f"sqlite:///{tmp_path}/d/x.db"


def test_postgres_is_reached_through_the_driver_that_is_installed(tmp_path: Path) -> None:
    settings = parse({"DATABASE_URL": "postgresql://u@h/n"}, tmp_path)

    assert settings.database_url == "postgresql+psycopg://u@h/n"
    assert settings.distributed


@pytest.mark.parametrize("password", ["p@ss/w:rd?#%40 %", "\u00fc&=+", "simple"])
def test_a_password_may_hold_any_sign_when_it_is_given_apart(tmp_path: Path, password: str) -> None:
    given = {"DATABASE_URL": "postgresql://app@database:5432/app", "DATABASE_PASSWORD": password}
    url = sa.make_url(parse(given, tmp_path).database_url)

    assert (url.username, url.password, url.host, url.port) == ("app", password, "database", 5432)
    heard = conninfo_to_dict(parse(given, tmp_path).database_url.replace("+psycopg", ""))
    assert heard["password"] == password, "what listens for news reads the address by itself"


@pytest.mark.parametrize(
    "url", ["postgresql://database/app", "postgresql://app:other@database/app"]
)
def test_a_password_apart_needs_a_user_without_one(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL must name a user") as told:
        parse({"DATABASE_URL": url, "DATABASE_PASSWORD": "secret"}, tmp_path)
    assert "secret" not in str(told.value)


def test_secrets_may_be_in_files(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a token\n")
    (tmp_path / "password").write_text("p@ss")
    settings = parse(
        {
            "ACCESS_TOKEN_FILE": str(tmp_path / "token"),
            "DATABASE_PASSWORD_FILE": "password",
            "DATABASE_URL": "postgresql://app@database/app",
        },
        tmp_path,
    )
    assert settings.access_token == "a token"
    assert sa.make_url(settings.database_url).password == "p@ss"
    (tmp_path / "url").write_text("sqlite:///its.db\n")
    database = parse({"DATABASE_URL_FILE": "url"}, tmp_path).database_url
    assert database == f"sqlite:///{tmp_path}/its.db"


def test_a_secret_is_given_once_and_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a")
    with pytest.raises(SettingsError, match="both set: keep one"):
        parse({"ACCESS_TOKEN": "b", "ACCESS_TOKEN_FILE": "token"}, tmp_path)
    with pytest.raises(SettingsError, match="ACCESS_TOKEN_FILE=gone cannot be read: No such file"):
        parse({"ACCESS_TOKEN_FILE": "gone"}, tmp_path)
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(SettingsError, match="it is no text"):
        parse({"ACCESS_TOKEN_FILE": "bytes"}, tmp_path)


def test_all_bad_values_are_told_at_once(tmp_path: Path) -> None:
    bad = {
        "DOWNLOAD_CONCURRENCY": "many",
        "LOG_LEVEL": "loud",
        "ALLOW_HOSTS": "http://x",
        "DATABASE_URL": "mysql://u:secret@h/n",
        "OPEN_ACCESS": "perhaps",
        "TRUSTED_PROXIES": "proxy.example",
        "ROOT_PATH": "media",
        "SHOW_FOLDERS": "sometimes",
    }
    with pytest.raises(SettingsError) as told:
        parse(bad, tmp_path)

    for name in bad:
        assert name in str(told.value)
    assert "secret" not in str(told.value)
    assert "DATABASE_URL=mysql:...:" in str(told.value)


BUCKET = {
    "MEDIA_URL": "s3://media/library/of-ours/",
    "MEDIA_ENDPOINT": "http://127.0.0.1:9000/",
    "MEDIA_REGION": "eu-central-1",
    "MEDIA_ACCESS_KEY_FILE": "access",
    "MEDIA_SECRET_KEY_FILE": "secret",
    "MEDIA_REDIRECT": "yes",
}


def test_a_bucket_is_named_with_its_server_and_who_we_are_there(tmp_path: Path) -> None:
    (tmp_path / "access").write_text("app\n")
    (tmp_path / "secret").write_text("s/cret+\n")
    place = parse(BUCKET, tmp_path).bucket
    assert place == BucketPlace(
        "media",
        "library/of-ours",
        "http://127.0.0.1:9000",
        "eu-central-1",
        "app",
        "s/cret+",
        redirect=True,
    )
    assert place is not None
    assert place.key("A/b.mp4") == "library/of-ours/A/b.mp4"
    assert place.url == "s3://media/library/of-ours"
    assert "cret" not in repr(parse(BUCKET, tmp_path))
    assert parse({"MEDIA_ENDPOINT": "http://127.0.0.1:9000"}, tmp_path).bucket is None


def test_all_that_is_wrong_with_a_bucket_is_told_at_once(tmp_path: Path) -> None:
    bad = {
        "MEDIA_URL": "s3://UPPER/case",
        "MEDIA_ENDPOINT": "127.0.0.1:9000",
        "MEDIA_REDIRECT": "sometimes",
        "MEDIA_REGION": "eu central",
        "IMPORT_DIR": "elsewhere",
        "LOG_LEVEL": "loud",
    }
    with pytest.raises(SettingsError) as told:
        parse(bad, tmp_path)
    for name in (*bad, "MEDIA_ACCESS_KEY", "MEDIA_SECRET_KEY"):
        assert (f"{name}:" in str(told.value)) or (f"{name}=" in str(told.value))


@pytest.mark.parametrize(
    "url", ["media", "http://media/x", "s3://", "s3://a", "s3://media/../x", "s3://media/a b"]
)
def test_a_bucket_that_cannot_be_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="give s3://BUCKET or s3://BUCKET/PREFIX"):
        parse({"MEDIA_URL": url, "MEDIA_ACCESS_KEY": "a", "MEDIA_SECRET_KEY": "s"}, tmp_path)


@pytest.mark.parametrize(
    "url", ["ftp://h", "http://", "http://u:p@h", "http://h/path", "http://h:x", "http://h?a=b"]
)
def test_an_object_store_is_an_address_alone(tmp_path: Path, url: str) -> None:
    keys = {"MEDIA_ACCESS_KEY": "a", "MEDIA_SECRET_KEY": "s"}
    with pytest.raises(SettingsError, match="address of the server alone") as told:
        parse({"MEDIA_URL": "s3://media", "MEDIA_ENDPOINT": url} | keys, tmp_path)
    assert "u:p" not in str(told.value)


def test_a_database_of_sqlite_is_a_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="give sqlite:///FILE"):
        parse({"DATABASE_URL": "sqlite:///"}, tmp_path)


def test_downloads_are_as_fast_as_they_go_unless_a_rate_is_set(tmp_path: Path) -> None:
    assert parse({}, tmp_path).rate_limit == 0
    assert parse({"RATE_LIMIT": "500000"}, tmp_path).rate_limit == 500_000


@pytest.mark.parametrize("count", ["0", "65", "-1", "1.5", "\uff13"])
def test_a_count_is_a_whole_number_in_its_range(tmp_path: Path, count: str) -> None:
    with pytest.raises(SettingsError, match="from 1 to 64"):
        parse({"DOWNLOAD_CONCURRENCY": count}, tmp_path)


@pytest.mark.parametrize(
    ("name", "most"), [("DISK_RESERVE_MB", 1_000_000_000), ("RATE_LIMIT", 1_000_000_000_000)]
)
def test_an_amount_may_be_nothing_or_much(tmp_path: Path, name: str, most: int) -> None:
    for amount in (0, most):
        assert getattr(parse({name: str(amount)}, tmp_path), name.lower()) == amount
    with pytest.raises(SettingsError, match=f"{name}={most + 1}: give a whole number from 0 to"):
        parse({name: str(most + 1)}, tmp_path)


def test_every_setting_is_in_the_example() -> None:
    names = re.findall(
        r'(?:text|words|count|folder|secret)\(\s*"([A-Z_]+)"',
        (ROOT / "webapp/backend/settings.py").read_text(),
    )
    example = (ROOT / ".env.example").read_text()

    assert len(set(names)) > 8
    by_the_guard = {"WEB_URL", "GUARD_RUN", "GUARD_TOKEN_FILE"}
    for name in set(names) - by_the_guard:
        assert re.search(rf"^# {name}=", example, re.MULTILINE), name


@pytest.mark.parametrize(("given", "mode"), [("700", 0o700), ("750", 0o750)])
def test_the_data_folder_is_private_or_the_groups(tmp_path: Path, given: str, mode: int) -> None:
    assert parse({}, tmp_path).data_dir_mode == 0o700
    assert parse({"DATA_DIR_MODE": given}, tmp_path).data_dir_mode == mode


def test_another_mode_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="DATA_DIR_MODE=777"):
        parse({"DATA_DIR_MODE": "777"}, tmp_path)


def test_an_import_folder_lies_outside_the_media_folder(tmp_path: Path) -> None:
    chosen = parse({"IMPORT_DIR": "old", "MEDIA_DIR": "media"}, tmp_path)
    assert chosen.import_dir == tmp_path / "old"
    assert parse({}, tmp_path).import_dir is None
    for inside in ("media/old", "media", "."):
        with pytest.raises(SettingsError, match="lie in each other"):
            parse({"IMPORT_DIR": inside, "MEDIA_DIR": "media"}, tmp_path)


def test_sponsorblock_is_asked_where_its_setting_says(tmp_path: Path) -> None:
    chosen = parse({"SPONSORBLOCK_API": "http://nas.local:8080/"}, tmp_path)
    assert chosen.sponsorblock_api == "http://nas.local:8080"
    for wrong in ("nas", "ftp://nas.local", "http://", "http://["):
        with pytest.raises(SettingsError, match=r"SPONSORBLOCK_API=.*: give an address"):
            parse({"SPONSORBLOCK_API": wrong}, tmp_path)
