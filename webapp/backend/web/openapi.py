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

from fastapi.encoders import jsonable_encoder
from fastapi.openapi.models import Schema
from fastapi.openapi.utils import get_openapi

from domain.formats import FORMATS
from web.problems import MEDIA_TYPE, SCHEMAS, ProblemBody

if TYPE_CHECKING:
    from fastapi import FastAPI
    from pydantic import BaseModel

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
                    content = response.get("content", {})
                    if int(status) >= FIRST_ERROR and "application/json" in content:
                        response["content"] = {MEDIA_TYPE: content["application/json"]}
        schemas = app.openapi_schema["components"]["schemas"]
        schemas.update(_schemas(ProblemBody))
        app.openapi_schema["components"]["schemas"] = dict(sorted(schemas.items()))
        app.openapi_schema["x-formats"] = [asdict(format_) for format_ in FORMATS.values()]
    return app.openapi_schema


def _schemas(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a model and of those in it, by name, written as FastAPI writes its own."""
    schema = model.model_json_schema(ref_template=SCHEMAS, mode="serialization")
    schemas = {**schema.pop("$defs", {}), model.__name__: schema}
    return {
        name: jsonable_encoder(Schema.model_validate(each), by_alias=True, exclude_none=True)
        for name, each in schemas.items()
    }


def main() -> None:
    """Print the description of the app that the command line names, as uvicorn's does."""
    module, _, name = sys.argv[1].partition(":")
    app = getattr(import_module(module), name)
    json.dump(describe(app), sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
