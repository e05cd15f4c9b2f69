"""Every enumeration in an answer has a label beside it, in the language that was asked for (contract §4)."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from .desk_api import BILL, TICKETS, ApiDesk

# Codes that the schema has as plain texts, because more of them may come: they have labels all the same.
CODES = {"action", "from", "to", "courier", "code"}
# Named otherwise by the contract, or no word for a reader: `{code, label}`; the code of a shop is its address; a
# promotion is called as its shop calls it; a refusal says in `message` what its `code` means.
EXCEPTIONS = {
    "StepAnswer.name": "label",
    "StepAnswer.status": "label",
    "AlertAnswer.code": "label",
    "ConditionAnswer.code": "label",
    "PromotionAnswer.code": "code",
    "ReasonAnswer.code": "label",
    "ReasonOfTicketAnswer.code": "label",
    "ReasonOfVersionAnswer.code": "label",
    "RefusalAnswer.code": "message",
    "ShopAnswer.code": "name",
    "TicketShopAnswer.code": "name",
}


@cache
def components() -> dict[str, Any]:
    return dict(SchemaGenerator().get_schema(request=None, public=True)["components"]["schemas"])


def is_enumeration(schema: dict[str, Any]) -> bool:
    if "$ref" in schema:
        return "enum" in components()[schema["$ref"].rsplit("/", 1)[-1]]
    return "enum" in schema or any(
        is_enumeration(part) for part in (*schema.get("oneOf", ()), *schema.get("allOf", ()))
    )


def enumerations() -> Iterator[tuple[str, str, str]]:
    """(component, field, the name of its label) for every enumeration of every answer."""
    for component, schema in components().items():
        if not component.endswith("Answer") and not component.endswith("OfOrder"):
            continue
        for name, field in schema["properties"].items():
            if is_enumeration(field) or name in CODES:
                yield component, name, EXCEPTIONS.get(f"{component}.{name}", f"{name}_label")
            elif field.get("type") == "array" and is_enumeration(field["items"]):
                yield component, name, f"{name}_labels"


def test_every_enumeration_of_every_answer_has_a_label() -> None:
    without = [
        f"{component}.{name}"
        for component, name, label in enumerations()
        if label not in components()[component]["properties"]
    ]
    assert without == []
    assert len(list(enumerations())) > 40, "the schema was searched"


def test_every_exception_is_needed() -> None:
    assert {f"{component}.{name}" for component, name, _label in enumerations()} >= set(EXCEPTIONS)


# --- answers ---------------------------------------------------------------------------------------------


def labelled(answer: Any) -> Iterator[tuple[str, Any, str]]:
    """(field, value, label) for every label in an answer."""
    if isinstance(answer, list):
        for item in answer:
            yield from labelled(item)
    if isinstance(answer, dict):
        for name, value in answer.items():
            if name.endswith("_label") and name != "exchange_label":
                yield name, answer[name.removesuffix("_label")], value
            yield from labelled(value)


def chinese(text: str) -> bool:
    return any("一" <= letter <= "鿿" for letter in text)


def test_labels_are_words_in_the_language_asked_for(apidesk: ApiDesk) -> None:
    order = apidesk.world.delivered(lines=[("TEE", "99.00", 2)])
    ticket = apidesk.apply(order, "return_refund", "quality", quantity=1, evidence=[apidesk.photo()])
    apidesk.do("mei", ticket, "approve")
    apidesk.do("alice", ticket, "ship-back", **BILL)
    apidesk.do("mei", ticket, "receive", units=apidesk.units(ticket))
    apidesk.send_refunds()
    client = apidesk.api("alice")
    answers = [
        client.get(path, HTTP_ACCEPT_LANGUAGE="zh-hans").json()
        for path in (
            f"{TICKETS}{ticket['ticket_no']}/", TICKETS, f"/api/v1/orders/{order.order_no}/", "/api/v1/orders/",
            "/api/v1/refunds/", "/api/v1/reasons/", f"/api/v1/orders/{order.order_no}/options/",
        )
    ]  # fmt: skip
    labels = list(labelled(answers))
    assert {name for name, *_ in labels} >= {
        "action_label", "from_label", "to_label", "kind_label", "status_label", "stage_label", "phase_label",
        "payer_label", "state_label", "fault_label", "type_label", "purpose_label", "fulfilment_label",
    }  # fmt: skip
    known = {"courier_label"}  # names of firms, some of them in Latin letters
    assert [(name, value) for name, value, label in labels if bool(value) != bool(label)] == []
    assert [(name, label) for name, _value, label in labels if label and name not in known and not chinese(label)] == []


def test_the_timeline_is_in_snake_case_and_the_verbs_are_as_in_the_url(apidesk: ApiDesk) -> None:
    ticket = apidesk.apply(apidesk.world.delivered())
    apidesk.do("mei", ticket, "approve")
    assert "ship-back" in apidesk.get("alice", ticket)["allowed_actions"]
    apidesk.do("alice", ticket, "ship-back", **BILL)
    last = apidesk.get("alice", ticket)["timeline"][-1]
    assert (last["action"], last["action_label"]) == ("ship_back", "Goods sent back")
    assert (last["from"], last["from_label"]) == ("pending_return", "pending return")
    assert (last["to"], last["to_label"]) == ("pending_refund", "pending refund")
