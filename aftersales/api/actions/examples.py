"""Examples of what actions take: bodies that work as they are with the demo data."""

from web.schema import body_example

from ..examples import APPLICATION

AMEND = [body_example("two instead of one", APPLICATION | {"lines": [{"line_id": 1, "quantity": 2}]})]
APPROVE = [
    body_example("as requested", {"version": 2}),
    body_example(
        "with a fee", {"service_fee": "5.00", "service_fee_consent": True, "note": "Agreed by phone on 2 March."}
    ),
]
OFFER = [
    body_example("keep it, and get a part back", {"type": "refund_only", "amount": "30.00", "note": "The scratch."}),
    body_example(
        "a voucher instead",
        {
            "type": "voucher",
            "amount": "20.00",
            "what": "20 off your next order",
            "code": "SORRY-20",
            "note": "Sorry.",
        },
    ),
    body_example("with a fee", {"amount": "99.00", "service_fee": "5.00", "note": "For the box that is missing."}),
]
ACCEPT_OFFER = [body_example("the offer that was seen", {"offer": 1, "version": 3})]
OBJECT = [body_example("no yes was given", {"note": "Nobody called me. The box was complete."})]
RULE_OBJECTION = [body_example("paid", {"pay": True, "note": "Nothing proves that the buyer agreed."})]
HAND_OVER_GIFT = [body_example("sent", {"note": "Sent with SF, number SF123."})]
AGREE_ON_DELIVERY = [body_example("kept", {"note": "The buyer keeps it and pays for it on the shop's page."})]
RULE_SETTLEMENT = [body_example("void", {"void": True, "note": "The account on the slip is not the buyer's."})]
DECLINE_OFFER = [body_example("no", {"offer": 1})]
REJECT = [
    body_example("exempt", {"reason": "Made to measure, as you confirmed.", "ground": "exempt_confirmed"}),
    body_example(
        "on its way",
        {
            "reason": "The parcel has left.",
            "ground": "already_shipped",
            "courier": "sf",
            "tracking_no": "SF1234567890123",
        },
    ),
]
DIFFERENCE = [
    body_example(
        "the difference",
        {
            "channel": "sandbox",
            "transaction_no": "PAY-2",
            "amount": "20.00",
            "paid_at": "2026-01-05T10:01:00+08:00",
        },
    )
]
SHIP_BACK = [body_example("by SF", {"courier": "sf", "tracking_no": "SF1234567890123", "freight_paid": "12.00"})]
BOOK_PICKUP = [body_example("this afternoon", {"courier": "sf", "date": "2026-01-05", "slot": "13:00-15:00"})]
WAYBILL = [body_example("by SF", {"courier": "sf", "tracking_no": "SF1234567890123"})]
RECEIVE = [
    body_example("as announced", {"units": [{"line_id": 1, "quantity": 1, "condition": "as_new"}]}),
    body_example(
        "with a thing that nobody announced",
        {
            "units": [{"line_id": 1, "quantity": 1, "condition": "as_new"}],
            "extras": [{"sku": "CAP", "quantity": 1, "condition": "as_new"}],
        },
    ),
]
REFUSE_GOODS = [body_example("worn", {"reason": "The shirt was worn and washed.", "evidence": []})]
CONVERT = [body_example("sold out", {"to": "refund_only", "note": "The red one will not come back."})]
HAND_OVER = [body_example("to a manager", {"to": "mei", "note": "Above my limit; the photos are clear."})]
ENDORSE = [body_example("agreed", {"amount": "6000.00", "note": "The photos are clear.", "version": 3})]
BREAK_GLASS = [
    body_example(
        "alone",
        {"amount": "6000.00", "reason": "Night shift, nobody answers, the buyer's flight leaves.", "version": 3},
    )
]
REVIEW_OVERRIDE = [
    body_example("accepted", {"override": 12, "accept": True, "note": "I would have agreed."}),
    body_example("objection", {"override": 12, "accept": False, "note": "I was on call."}),
]
NOT_ARRIVED = [body_example("nothing came", {"note": "The neighbours have nothing either."})]
PROVE_ARRIVAL = [body_example("the signed slip", {"evidence": [], "note": "Signed for by the porter."})]
DELIVER = body_example("arrived", {"delivered_at": "2026-01-04T10:00:00+08:00"})
REOPEN = [body_example("late waybill", {"reason": "The buyer had sent the goods in time."})]
