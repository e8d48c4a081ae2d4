"""The description of the API, from which the front end's types are generated.

`python -m web.openapi main:app`, run in the backend's folder, prints it as JSON; no engine is
started for that.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from importlib import import_module
from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi

from domain.formats import FORMATS
from web.problems import MEDIA_TYPE

if TYPE_CHECKING:
    from fastapi import FastAPI

FIRST_ERROR = 400


def describe(app: FastAPI) -> dict[str, Any]:
    """FastAPI's own description, with the table of formats, and errors under their media type."""
    if not app.openapi_schema:
        app.openapi_schema = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        for methods in app.openapi_schema["paths"].values():
            for operation in methods.values():
                for status, response in operation["responses"].items():
                    if int(status) >= FIRST_ERROR and "content" in response:
                        response["content"] = {MEDIA_TYPE: response["content"]["application/json"]}
        app.openapi_schema["x-formats"] = [asdict(format_) for format_ in FORMATS.values()]
    return app.openapi_schema


def main() -> None:
    """Print the description of the app that the command line names, as uvicorn's does."""
    module, _, name = sys.argv[1].partition(":")
    app = getattr(import_module(module), name)
    json.dump(describe(app), sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
