"""schemathesis sends what the schema allows and forbids: never a 5xx, always as described."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from main import app

if TYPE_CHECKING:
    from tests.backend.api_process import Api

LASTING = {"listenToDownloads", "previewLink"}  # a stream without end; a process for each request
CHECKED = (
    *("not_a_server_error", "status_code_conformance"),
    *("content_type_conformance", "response_schema_conformance"),
)
schema = schemathesis.openapi.from_dict(app.openapi())
operations: dict[str, Any] = {
    found.ok().definition.raw["operationId"]: found.ok()
    for found in schema.get_all_operations()
    if isinstance(found, Ok)
}


@pytest.mark.parametrize("name", sorted(operations.keys() - LASTING))
def test_every_operation_keeps_to_its_description(shared_api: Api, name: str) -> None:
    shared_api.ask("PATCH", "/api/queue", json={"paused": True})
    checks: Any = CHECKS.get_by_names(list(CHECKED))
    modes = [operations[name].as_strategy(generation_mode=mode) for mode in GenerationMode]

    @settings(
        max_examples=20,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(modes))
    def keeps(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(base_url=shared_api.url, checks=checks)

    try:
        keeps()
    finally:
        shared_api.ask("PATCH", "/api/queue", json={"paused": False, "concurrency": 3})
