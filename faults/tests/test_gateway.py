"""The channel of the campaign: each behaviour once through the adapter, and a ledger that says what was paid."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from faults.channel.adapter import Http
from faults.channel.planted import in_front_of
from faults.gateway import server
from faults.gateway.behaviours import SCRIPTED, Behaviour
from faults.gateway.ledger import Ledger
from refunds.gateways import Deadline, Gateway, GatewayError, Outcome
from tests.serving import serving

AMOUNT = Decimal("12.30")
PAID_BY_THE_FIRST = {
    Behaviour.LATE,
    Behaviour.LOST,
    Behaviour.PAIDBROKEN,
    Behaviour.GARBLED,
    Behaviour.TWICE,
}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.sqlite3")


@pytest.fixture
def gateway(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Iterator[server.Gateway]:
    for name in ("LATE_SECONDS", "AFTERWARDS_SECONDS", "SILENT_SECONDS", "HOLD_SECONDS"):
        monkeypatch.setattr(server, name, 0.01)
    own = server.Gateway(0, ledger)
    with serving(own):
        yield own


@pytest.fixture
def channel(gateway: server.Gateway) -> Http:
    return Http(int(gateway.server_address[1]))


def outcome(channel: Gateway, behaviour: str, number: str = "RF1", *, query: bool = False) -> str:
    """What the sender is told: an outcome, "unknown" or "refused"."""
    named: dict[str, Any] = {"refund_no": number, "transaction_no": f"{behaviour}-1", "deadline": Deadline.after(20)}
    try:
        if query:
            return channel.query(**named).outcome
        return channel.request(**named, amount=AMOUNT, total=AMOUNT, currency="CNY").outcome
    except GatewayError as error:
        return "refused" if error.permanent else "unknown"


@pytest.mark.parametrize("behaviour", sorted(set(SCRIPTED) - {Behaviour.SLOW, Behaviour.REFUSED}))
def test_whatever_it_says_a_number_is_paid_once(channel: Http, ledger: Ledger, behaviour: Behaviour) -> None:
    first = outcome(channel, behaviour)
    assert (first == "succeeded") == (behaviour in (Behaviour.LATE, Behaviour.TWICE))
    if behaviour in PAID_BY_THE_FIRST:
        assert outcome(channel, behaviour, query=True) == Outcome.SUCCEEDED
    assert outcome(channel, behaviour) == Outcome.SUCCEEDED
    assert outcome(channel, behaviour, query=True) == Outcome.SUCCEEDED
    assert [(row.refund_no, row.amount) for row in ledger.payouts()] == [("RF1", AMOUNT)]


def test_one_that_works_on_it(channel: Http, ledger: Ledger) -> None:
    assert outcome(channel, "SLOW") == Outcome.PROCESSING
    assert outcome(channel, "SLOW", query=True) == Outcome.PROCESSING
    assert ledger.payouts() == []
    assert outcome(channel, "SLOW", query=True) == Outcome.SUCCEEDED
    assert len(ledger.payouts()) == 1


def test_one_that_refuses_a_number_for_good(channel: Http, ledger: Ledger) -> None:
    assert [outcome(channel, "REFUSED"), outcome(channel, "REFUSED")] == ["refused", "refused"]
    assert outcome(channel, "REFUSED", query=True) == "refused"
    assert ledger.payouts() == []
    assert outcome(channel, "REFUSED", "RF2") == Outcome.SUCCEEDED


def test_a_number_that_it_never_heard_of(channel: Http) -> None:
    assert outcome(channel, "PROMPT", query=True) == Outcome.NOT_FOUND


@pytest.mark.parametrize(("when", "paid"), [("before", 0), ("after", 1)])
def test_an_answer_that_is_kept_back(gateway: server.Gateway, channel: Http, when: str, paid: int) -> None:
    gateway.hold.arm(when)
    assert outcome(channel, "PROMPT") == "unknown"
    assert gateway.hold.holding.is_set()
    assert len(gateway.ledger.payouts()) == paid
    assert outcome(channel, "PROMPT") == "succeeded", "one answer only"
    assert len(gateway.ledger.payouts()) == 1


def test_planted_faults_break_what_they_say(channel: Http, ledger: Ledger) -> None:
    assert [outcome(in_front_of(channel, "new-number"), "LOST") for _ in range(2)] == ["unknown", "succeeded"]
    assert len(ledger.payouts()) == 2
    assert outcome(in_front_of(channel, "dropped"), "PROMPT") == Outcome.SUCCEEDED
    assert outcome(in_front_of(channel, "endless"), "PROMPT") == Outcome.PROCESSING
    assert len(ledger.payouts()) == 2
