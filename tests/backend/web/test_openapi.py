from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BACKEND = Path(__file__).resolve().parents[3] / "webapp/backend"


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """What `python -m web.openapi` prints."""
    printed = subprocess.run(
        [sys.executable, "-m", "web.openapi", "main:app"],
        cwd=BACKEND,
        capture_output=True,
        check=True,
        timeout=60,
    )
    described: dict[str, Any] = json.loads(printed.stdout)
    return described


@pytest.mark.parametrize("phrase", ["Request Entity Too Large", "Content Too Large", "Whatever"])
def test_it_is_the_same_whatever_python_calls_a_status(schema: dict[str, Any], phrase: str) -> None:
    """Python 3.13 renamed four statuses; the front end's types are generated from this."""
    rename = (
        f"import http\nfor code in (413, 414, 416, 422): http.HTTPStatus(code).phrase = {phrase!r}"
    )
    run = "import runpy, sys; sys.argv = ['', 'main:app']"
    run += "; runpy.run_module('web.openapi', run_name='__main__')"
    command = [sys.executable, "-c", f"{rename}\n{run}"]
    printed = subprocess.run(command, cwd=BACKEND, capture_output=True, check=True, timeout=60)
    assert json.loads(printed.stdout) == schema


def operations(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: operation
        for methods in schema["paths"].values()
        for operation in methods.values()
    }


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(
    schema: dict[str, Any],
) -> None:
    count = sum(len(methods) for methods in schema["paths"].values())

    assert len(operations(schema)) == count
    for name, operation in operations(schema).items():
        assert name.isidentifier()
        assert operation["description"]


def test_every_error_is_described_as_a_problem(schema: dict[str, Any]) -> None:
    for operation in operations(schema).values():
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"]


def test_no_validator_is_compiled_for_the_answer_of_an_error() -> None:
    """There are hundreds, a fifth of the start, and none is ever used."""
    code = (
        "import gc, main; from fastapi._compat import ModelField; gc.unfreeze()\n"
        "fields = [each for each in gc.get_objects() if isinstance(each, ModelField)]\n"
        "assert len(fields) > 50, 'it looks in the wrong place'\n"
        "print(*{str(each.field_info.annotation) for each in fields})"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], cwd=BACKEND, capture_output=True, check=True, timeout=60
    )
    assert "ProblemBody" not in printed.stdout.decode()


def test_a_download_has_all_its_fields(schema: dict[str, Any]) -> None:
    download = schema["components"]["schemas"]["Download"]

    assert set(download["required"]) == set(download["properties"])


def test_nothing_heavy_is_loaded_before_the_app_is_served() -> None:
    code = "import main, sys; print(*sys.modules)"
    printed = subprocess.run(
        [sys.executable, "-c", code], cwd=BACKEND, capture_output=True, check=True, timeout=60
    )
    loaded = set(printed.stdout.decode().split())

    assert "fastapi" in loaded
    assert not loaded & {"dbos", "sqlalchemy", "yt_dlp", "alembic", "imageio_ffmpeg"}


def test_the_formats_of_requests_are_those_of_the_table(schema: dict[str, Any]) -> None:
    asked = schema["components"]["schemas"]["DownloadRequest"]["properties"]["format"]
    assert asked["enum"] == [format_["name"] for format_ in schema["x-formats"]]
    assert asked["default"] in asked["enum"]
