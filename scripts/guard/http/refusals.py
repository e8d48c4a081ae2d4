"""Says no to a request: why, in the language of who asks, and of which kind, for programs."""

from __future__ import annotations

from ..core.cause import Told
from ..core.errors import ToldError
from .messages import Request, Response, problem

_NOTHING = Told(())


def refuse(
    request: Request | None,
    status: int,
    kind: str,
    title: str,
    *reasons: Told,
    fix: Told = _NOTHING,
) -> Response:
    """Return a problem (RFC 9457) that tells its reasons one a line.

    They are told in the language that the request asks for (RFC 9110, 12.5.4); in English where it
    asks for none, or is none. `kind` and `values` are the same in every language; where there are
    several reasons, `errors` has the values of each.
    """
    from ..pages import words  # not needed before somebody is refused

    accepted = "" if request is None else request.headers.get("accept-language", "")
    speech = words.Speech(words.choose(accepted))
    told = [speech.told(reason) for reason in reasons]
    more: dict[str, object] = {"kind": kind, "values": {**fix.values, **reasons[0].values}}
    if fix.templates:
        more["fix"] = speech.told(fix)
    if len(reasons) > 1:
        more["errors"] = [
            {"message": text, "values": dict(reason.values)}
            for text, reason in zip(told, reasons, strict=True)
        ]
    return problem(status, title, "\n".join(told), **more)


def of_error(request: Request, status: int, title: str, error: ToldError) -> Response:
    """Return the problem that an error is told with."""
    return refuse(request, status, error.kind, title, *error.reasons, fix=error.advice)
