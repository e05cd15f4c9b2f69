"""A campaign that cannot fail proves nothing: a sender that pays twice is found, by real processes over HTTP."""

from pathlib import Path

import pytest
from django.utils import timezone

from accounts.login import tokens
from demo import goods, people
from faults import __main__ as command
from faults import campaign, plan, report
from faults.campaign import Campaign, Result
from faults.cases import SHOP
from faults.channel import NAME
from faults.gateway.behaviours import Behaviour
from faults.kinds import Kind
from faults.prepare import NAMES
from faults.system import System
from faults.verdict import Verdict
from tests.checkout import Checkout
from tests.processes import database_url

PARTS = list(report.PARTS)


class OfTheTest:
    """The database of this test, which no fault meets."""

    def __init__(self) -> None:
        self.url = database_url()

    def signal_all(self, how: int) -> None: ...

    def tidy(self) -> None: ...


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("reference_data")
def test_a_sender_that_pays_twice_is_found(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = people.gather(timezone.now())
    goods.stock_shelves({SHOP: cast.shops[SHOP], "harbor": cast.shops["harbor"]})
    # Every payment has its answer lost, after it was paid.
    monkeypatch.setattr(plan, "SCRIPTED", (Behaviour.LOST,))
    monkeypatch.setattr(campaign, "CLIENTS", 2)
    course = plan.make(1, 6, only=[])
    system = System(checkout.var, OfTheTest(), "new-number")  # type: ignore[arg-type]
    system.tokens = {name: tokens.issue(cast.users[name], now=timezone.now())[0] for name in NAMES}
    try:
        system.start()
        result = Campaign(course, system, lambda refunds: None).run()
    finally:
        system.stop()
    tenders = [tender for case in course.cases for tender in case.tenders if tender.channel == NAME]
    lost = [tender.transaction_no for tender in tenders if tender.transaction_no.startswith("LOST")]
    assert lost, "this seed has some"
    assert {text.split(":")[0] for text in result.verdict.twice} == set(lost), result
    assert (result.verdict.lost, result.verdict.stuck) == ([], [])
    assert not report.kept(result)
    assert set(result.alive) == set(PARTS)


@pytest.mark.parametrize(
    ("verdict", "alive", "status"),
    [
        (Verdict(), PARTS, 0),
        (Verdict(twice=["PROMPT-1: 2.00 paid, 1.00 owed"]), PARTS, 1),
        (Verdict(lost=["x"]), PARTS, 1),
        (Verdict(stuck=["x"]), PARTS, 1),
        (Verdict(wrong=["x"] * 30), PARTS, 1),
        (Verdict(), PARTS[:-1], 1),
    ],
)
def test_the_exit_status(
    verdict: Verdict, alive: list[str], status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = Result(10, [(Kind.KILL_BEAT, 1.5), (Kind.KILL_BEAT, 2.5)], verdict, alive)
    kept: list[Path] = []

    def run(course: plan.Plan, folder: Path, plant: str) -> Result:
        kept.append(folder)
        return result

    monkeypatch.setattr(command, "_run", run)
    monkeypatch.setattr("sys.argv", ["faults", "--count", "10", "--seed", "5"])
    assert command.main() == status
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1].startswith(f"seed 5: 10 refunds · 2 faults · {verdict.figures} · alive {len(alive)} of 6")
    assert any("beat killed" in line and "median   2.0   max   2.5" in line for line in printed)
    assert len([line for line in printed if line.startswith("wrong:")]) <= report.MAX_SENTENCES + 1
    assert kept[0].exists() == bool(status), "the logs are kept where something broke"
    if status:
        kept[0].rmdir()
