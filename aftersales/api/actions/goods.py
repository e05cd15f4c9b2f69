"""What goes back and comes instead, and what a dearer replacement costs."""

from orders.api.serializers import PaymentInput
from web.api.actions import Action

from ... import services
from ..serializers import (
    AgreeOnDeliveryInput,
    BookPickupInput,
    ConvertInput,
    DeliverInput,
    HandOverGiftInput,
    NotArrivedInput,
    ProveArrivalInput,
    ReceiveInput,
    RefuseGoodsInput,
    ReshipInput,
    ShipBackInput,
    WaybillInput,
)
from . import examples

GOODS = (
    Action(
        name="hand-over-gift",
        service=services.hand_over_gift,
        description="The shop hands over what the buyer accepted: a voucher's code, or how a gift was sent.",
        body=HandOverGiftInput,
        examples=examples.HAND_OVER_GIFT,
    ),
    Action(
        name="agree-on-delivery",
        service=services.agree_on_delivery,
        description=(
            "The parcel came after its goods were refunded (`delivered_after_refund`): the shop notes what it agreed "
            "on with the buyer, which ends the alert. No money moves."
        ),
        body=AgreeOnDeliveryInput,
        examples=examples.AGREE_ON_DELIVERY,
    ),
    Action(
        name="pay-difference",
        service=services.pay_difference,
        description="The buyer has paid the difference for a dearer replacement (F-9).",
        body=PaymentInput,
        examples=examples.DIFFERENCE,
        arguments=lambda request, body: {"payment": body},
    ),
    Action(
        name="ship-back",
        service=services.ship_back,
        description=("The goods are on their way back (S-086); again until they were received, to correct the number."),
        body=ShipBackInput,
        examples=examples.SHIP_BACK,
    ),
    Action(
        name="book-pickup",
        service=services.book_pickup,
        description=(
            "A courier comes to the buyer for the goods, at the shop's cost (S-085); `pickup-options/` has couriers "
            "and times. What the courier collects counts as shipped back, with the courier's number. The ticket "
            "doesn't close while the pickup is open. Three bookings a ticket."
        ),
        body=BookPickupInput,
        examples=examples.BOOK_PICKUP,
    ),
    Action(
        name="cancel-pickup",
        service=services.cancel_pickup,
        description="The buyer takes the pickup back. It stays open until the courier's system says that nobody comes.",
    ),
    Action(
        name="receive",
        service=services.receive,
        description=(
            "What came back is counted and graded (S-087); for a return the refund of what arrived starts. "
            "Units that are not named are missing; receive again to count those that come late, whose refund follows "
            "on this ticket. `extras` are goods that nobody announced. `GET conditions/` lists the conditions."
        ),
        body=ReceiveInput,
        examples=examples.RECEIVE,
    ),
    Action(
        name="refuse-goods",
        service=services.refuse_goods,
        description=(
            "What came back is not what was agreed: the refund stops and the goods go back by `return-goods`."
        ),
        body=RefuseGoodsInput,
        examples=examples.REFUSE_GOODS,
    ),
    Action(
        name="return-goods",
        service=services.return_goods,
        description="The merchant sends refused goods back to the buyer.",
        body=WaybillInput,
        examples=examples.WAYBILL,
    ),
    Action(
        name="reship",
        service=services.reship,
        description=(
            "The replacement, or the repaired or missing goods, leave for the buyer; again when they were lost."
        ),
        body=ReshipInput,
        examples=examples.WAYBILL,
    ),
    Action(
        name="confirm-replacement",
        service=services.confirm_replacement,
        description="The buyer has the replacement (S-089).",
    ),
    Action(
        name="not-arrived",
        service=services.not_arrived,
        description=(
            "The buyer says that the replacement did not come. The days until it counts as confirmed stand still; the "
            "merchant answers in 48 hours with `reship`, `prove-arrival` or `convert`, else the buyer may `convert`."
        ),
        body=NotArrivedInput,
        examples=examples.NOT_ARRIVED,
    ),
    Action(
        name="prove-arrival",
        service=services.prove_arrival,
        description="The merchant shows that it came. Evidence is needed unless the courier reported the delivery.",
        body=ProveArrivalInput,
        examples=examples.PROVE_ARRIVAL,
    ),
    Action(
        name="convert",
        service=services.convert,
        description=(
            "What cannot be fulfilled becomes a refund: by the merchant, or by the buyer once it is overdue. Where the "
            "goods are with the buyer and no person of the shop has approved, it goes to review as a refund that the "
            "clock never approves (E-6)."
        ),
        body=ConvertInput,
        examples=examples.CONVERT,
    ),
)

# An action of the order; its endpoint is here because orders does not know evidence.
DELIVER = Action(
    name="deliver",
    service=services.deliver,
    description=(
        "The goods have arrived: never before they were sent, never in the future. The bare word of a merchant starts "
        "the order's clocks; only the courier, the integration or a `proof` counts against a buyer who says that "
        "nothing came."
    ),
    body=DeliverInput,
    examples=[examples.DELIVER],
)
