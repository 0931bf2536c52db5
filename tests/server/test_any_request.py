"""Requests made up from the API's own description: whatever comes in, the server does not fail."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error

from bot.assistant import Assistant
from bot.project import Project
from bot.server.app import create_app
from bot.server.running import Running
from bot.server.settings import Settings

EXAMPLES = 25
"""Of each operation."""


@pytest.mark.slow
def test_no_request_makes_the_server_fail(project: Project) -> None:
    running = Running(Assistant.load(project), load=lambda model: Assistant.load(project, model=model))
    described: Any = schemathesis.openapi.from_asgi("/openapi.json", create_app(running, Settings(enable_api=True)))
    operations = [each.ok() for each in described.get_all_operations()]
    assert len(operations) > 15
    for operation in operations:
        _try(operation)


def _try(operation: Any) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def answers(case: Any) -> None:
        case.call_and_validate(checks=(not_a_server_error,))

    answers()
