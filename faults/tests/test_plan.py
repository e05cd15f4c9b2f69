"""A campaign can be repeated: its seed decides everything that is decided."""

import pytest

from faults import plan
from faults.channel import NAME
from faults.fakes import CHANNELS
from faults.gateway.behaviours import Behaviour, of
from faults.injection import FAULTS
from faults.kinds import FIRST, OF_REDIS, TAKES_LONG, Kind


def kinds(made: plan.Plan) -> list[Kind]:
    return [one.fault.kind for one in made.rounds]


def test_the_same_seed_is_the_same_campaign() -> None:
    assert plan.make(7, 200) == plan.make(7, 200)
    assert plan.make(7, 200) != plan.make(8, 200)


@pytest.mark.parametrize("count", [1, 60, 600])
def test_as_many_refunds_as_were_asked_for(count: int) -> None:
    made = plan.make(1, count)
    refunds = sum(case.refunds for case in made.cases)
    assert count <= refunds <= count + 1
    assert len({case.number for case in made.cases}) == len(made.cases)


def test_a_long_campaign_has_every_fault_and_every_way() -> None:
    made = plan.make(1, 600)
    assert set(kinds(made)) == set(Kind)
    assert len(kinds(made)) == 60
    assert {case.way for case in made.cases} == set(plan.Way)
    tenders = [tender for case in made.cases for tender in case.tenders]
    assert {of(tender.transaction_no) for tender in tenders if tender.channel == NAME} == set(Behaviour)
    tenders = [tender for case in plan.make(1, 3000).cases for tender in case.tenders]
    for channel in CHANNELS:
        scripts = {tender.transaction_no.split("-")[0] for tender in tenders if tender.channel == channel.name}
        assert scripts == set(channel.scripts)


def test_a_short_one_has_the_worst_ones() -> None:
    assert kinds(plan.make(1, 60)) == list(FIRST)
    assert not set(FIRST) & TAKES_LONG


def test_without_redis_its_faults_are_left_out() -> None:
    for count in (60, 600):
        assert not set(kinds(plan.make(1, count, redis=False))) & OF_REDIS


def test_every_kind_of_fault_can_be_done() -> None:
    assert FAULTS.keys() == set(Kind)


def test_tenders_add_up() -> None:
    for case in plan.make(3, 300).cases:
        assert sum(case.owed.values()) == case.unit_price * case.units
        assert min(case.owed.values()) > 0


def test_the_case_that_tells_when_all_is_well_meets_no_fault_of_the_channel() -> None:
    for one in plan.make(1, 300).rounds:
        assert [of(tender.transaction_no) for tender in one.probe.tenders] == [Behaviour.PROMPT]
