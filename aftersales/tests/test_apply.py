"""Who may apply, and what is malformed rather than refused."""

from decimal import Decimal

import pytest
from django.utils.translation import override

from aftersales import services
from kernel.errors import Forbidden, Invalid
from tests.desk import Desk
from tests.world import NOW, World

from ..rules.application import Application, LineRequest

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def test_merchant_and_support_apply_for_the_buyer_and_the_history_says_so(desk: Desk) -> None:
    order = desk.world.delivered()
    for who in (desk.merchant, desk.support):
        wanted = desk.application(order, "return_refund", "quality", quantity=1, evidence=(desk.photo(who.user_id),))
        first = services.apply(order, wanted, actor=who, now=NOW).history().earliest("sequence")
        assert (first.actor_kind, first.note, first.data["on_behalf_of"]) == (who.kind, "", "alice")
        assert first.words == "On behalf of the buyer."
        with override("zh-hans"):
            assert first.words == "代买家申请。"
    with pytest.raises(Forbidden):
        services.apply(order, desk.application(order, "return_refund", "quality"), actor=desk.integration, now=NOW)


def test_what_is_not_there_is_malformed(desk: Desk) -> None:
    order, foreign = desk.world.delivered(), desk.world.delivered()
    stranger = foreign.lines.get().pk
    line = order.lines.get().pk
    photo = (desk.photo(),)
    for lines in (
        (),
        (LineRequest(stranger, 1),),
        (LineRequest(0, 1),),
        (LineRequest(line, 1, "A"), LineRequest(line, 1, "B")),
    ):
        with pytest.raises(Invalid):
            services.quote(order, Application("exchange", "quality", lines, evidence=photo), actor=desk.buyer, now=NOW)
    with pytest.raises(Invalid):
        desk.apply(order, "return_refund", "quality", evidence=(desk.photo(desk.world.bob.pk),))
    with pytest.raises(Invalid):
        desk.apply(order, "return_refund", "quality", claimed_amount=Decimal(1))
