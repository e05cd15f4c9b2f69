"""What leaves the house with an error: where it happened, and nothing of a buyer."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from config.logs import start_sentry


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    events: list[dict[str, Any]] = []

    class Kept(Transport):
        def capture_envelope(self, envelope: Envelope) -> None:
            event = envelope.get_event()
            if event is not None:
                events.append(dict(event))

    init = sentry_sdk.init
    monkeypatch.setattr(sentry_sdk, "init", lambda **options: init(transport=Kept, **options))
    yield events
    init()


def test_no_local_variable_leaves_the_house(sent: list[dict[str, Any]]) -> None:
    start_sentry("https://key@localhost/1")

    def fails(receiver: str, phone: str) -> None:
        raise RuntimeError("no parcel")

    try:
        fails("Wang Li", "13800001234")
    except RuntimeError as error:
        sentry_sdk.capture_exception(error)
    event = json.dumps(sent, default=str)
    assert "no parcel" in event
    assert '"function": "fails"' in event
    # Lines of the source are a program's, whatever stands in them; values of variables are people's.
    assert not [frame for frame in frames(sent) if "vars" in frame]


def frames(sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [frame for event in sent for one in event["exception"]["values"] for frame in one["stacktrace"]["frames"]]
