"""Errors as people and programs want them: application/problem+json (RFC 9457) with a fix."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from domain.links import without_logins
from domain.problems import (
    ConflictError,
    DatabaseUnavailableError,
    ForbiddenError,
    GoneError,
    InvalidError,
    NotFoundError,
    Problem,
    UnavailableError,
    WrongValueError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fastapi import FastAPI, Request

MEDIA_TYPE = "application/problem+json"
SCHEMAS = "#/components/schemas/{model}"
"""Where OpenAPI keeps the schema of a model."""
RETRY_AFTER = "2"
"""Seconds, for what may work later."""
STATUSES: tuple[tuple[type[Problem], HTTPStatus], ...] = (
    (ForbiddenError, HTTPStatus.FORBIDDEN),
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (ConflictError, HTTPStatus.CONFLICT),
    (GoneError, HTTPStatus.GONE),
    (InvalidError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (UnavailableError, HTTPStatus.SERVICE_UNAVAILABLE),
)
"""How each kind of problem is answered."""
RENAMED: dict[int, str] = {
    413: "Content Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
}
"""Names that RFC 9110 gave to statuses which Python before 3.13 calls by their older ones."""


UNSAID = UnavailableError(
    "The database cannot be used now.",
    "The log of `api` says why, and so does `/ready` to who sends the access token.",
    kind="database-unsaid",
)
"""For who has not shown yet that they may know more: a reason may name folders, users and hosts."""


class FieldProblem(BaseModel):
    """What is wrong with one field of a request."""

    field: str
    message: str
    kind: str | None = Field(default=None, description="Names the message, for other languages")
    values: dict[str, str] | None = Field(
        default=None, description="What stands in the message, by name"
    )


class ProblemBody(BaseModel):
    """The body of every error answer."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    fix: str
    errors: list[FieldProblem] | None = None
    kind: str | None = Field(
        default=None,
        description="Names the sentence, for other languages; of a preview as a download's `error`",
    )
    values: dict[str, str] | None = Field(
        default=None, description="What stands in the sentence, by name"
    )


def reason(status: int) -> str:
    """The name of a status, the same on every Python."""
    return RENAMED.get(status) or HTTPStatus(status).phrase


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these problems.

    They name the schema, which `web.openapi` adds once: of a model FastAPI would compile another
    validator for each status of each route, a fifth of the start, and never use one.
    """
    content = {MEDIA_TYPE: {"schema": {"$ref": SCHEMAS.format(model=ProblemBody.__name__)}}}
    return {status: {"description": reason(status), "content": content} for status in statuses}


def answer(
    status: int,
    detail: str,
    fix: str,
    *,
    errors: Sequence[FieldProblem] | None = None,
    kind: str | None = None,
    values: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Build the answer itself."""
    title = reason(status)
    body = ProblemBody(
        title=title,
        status=status,
        detail=detail,
        fix=fix,
        errors=list(errors) if errors else None,
        kind=kind,
        values=dict(values) if values else None,
    )
    return JSONResponse(
        body.model_dump(exclude_none=True), status, headers=headers, media_type=MEDIA_TYPE
    )


def install(app: FastAPI) -> None:
    """Let every error of `app` leave as a problem."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unexpected)


def of_problem(problem: Problem) -> JSONResponse:
    """The answer that a problem of the domain is told with."""
    status = next(status for kind, status in STATUSES if isinstance(problem, kind))
    later = {"Retry-After": RETRY_AFTER} if isinstance(problem, UnavailableError) else None
    field = problem.field if isinstance(problem, InvalidError) else None
    errors = None
    if field:
        said = FieldProblem(
            field=field, message=problem.detail, kind=problem.kind, values=problem.values or None
        )
        errors = [said]
    return answer(
        *(status, problem.detail, problem.fix),
        errors=errors,
        kind=problem.kind,
        values=problem.values,
        headers=later,
    )


async def _problem(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, Problem):
        raise error
    if isinstance(error, DatabaseUnavailableError):
        request.app.state.lifecycle.doubt(error)
    unsaid = isinstance(error, UnavailableError) and request.scope.get("stranger")
    return of_problem(UNSAID if unsaid else error)


async def _http(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == HTTPStatus.BAD_REQUEST:  # FastAPI's word for a body that is no text
        message = "The body is not JSON in UTF-8."
        found = [FieldProblem(field="body", message=message, kind="body-no-json")]
        fix = "See docs/api.md for what is expected."
        return answer(422, message, fix, errors=found, kind="body-no-json")
    path, method = request.url.path, request.method
    detail, fix, kind = {
        404: (f"There is nothing at {path}.", "See docs/api.md for what there is.", "no-route"),
        405: (f"{method} is not offered at {path}.", "See docs/api.md.", "no-method"),
    }.get(
        error.status_code,
        (str(error.detail), "See docs/api.md for what this address expects.", "http"),
    )
    return answer(
        *(error.status_code, detail, fix),
        kind=kind,
        values={"path": path, "method": method, "why": str(error.detail)},
        headers=error.headers,
    )


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    found = [_field_problem(item) for item in error.errors()]
    return answer(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        " ".join(problem.message for problem in found),
        "Correct what is named and send it again; /openapi.json shows every field.",
        errors=found,
        kind="invalid",
    )


async def _unexpected(_: Request, __: Exception) -> JSONResponse:
    return answer(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Internal server error.",
        "Retry; if it keeps failing, the log of `api` holds the traceback to report.",
        kind="internal",
    )


def _field(location: Sequence[int | str]) -> str:
    return ".".join(str(part) for part in location[1:]) or str(location[0])


KINDS = {
    "missing": "field-missing",
    "literal_error": "field-choice",
    "extra_forbidden": "field-unknown",
    "json_invalid": "body-no-json",
    "greater_than_equal": "field-least",
    "greater_than": "field-above",
    "less_than_equal": "field-most",
    "string_too_short": "field-short",
    "string_too_long": "field-long",
    "too_short": "field-few",
    "too_long": "field-many",
    "string_pattern_mismatch": "field-form",
}
"""What pydantic calls a finding, and how it is named for other languages."""
OTHER_KIND = "field-wrong"
LIMITS = ("ge", "gt", "le", "min_length", "max_length", "expected")
"""Where pydantic keeps what would have been right."""


def _field_problem(item: Mapping[str, Any]) -> FieldProblem:
    """One of pydantic's findings."""
    name, context = _field(item["loc"]), item.get("ctx") or {}
    error = context.get("error")
    if isinstance(error, WrongValueError):
        kind, values = error.kind, error.values
    else:
        limit = next((str(context[key]) for key in LIMITS if key in context), "")
        given = _given(item)
        kind = KINDS.get(item["type"], OTHER_KIND)
        values = {"field": name, "given": given, "limit": limit}
    return FieldProblem(field=name, message=_message(item), kind=kind, values=values or None)


def _given(item: Mapping[str, Any]) -> str:
    """What was sent in its place, which may be a whole request with a link."""
    return without_logins(repr(item.get("input")))[:120]


def _message(item: Mapping[str, Any]) -> str:
    """One sentence for one of pydantic's findings."""
    name, given = _field(item["loc"]), _given(item)
    match item["type"]:
        case "value_error":
            return str(item["ctx"]["error"])
        case "missing":
            return f"{name} is missing."
        case "literal_error":
            return f"{name}: {given} is not known; choose {item['ctx']['expected']}."
        case "extra_forbidden":
            return f"{name} is not a field of this request."
        case "json_invalid":
            return f"The body is not valid JSON: {item['ctx']['error']}."
        case "string_pattern_mismatch":
            return f"{name}: {given} does not have the expected form."
        case _:
            return f"{name}: {item['msg']}."
