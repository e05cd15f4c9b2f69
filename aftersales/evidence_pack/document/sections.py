"""The parts of the document, one function each, in the order in which a bank asks: what, paid how, delivered where,
paid back how much, and what was said."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from kernel.languages import enumerated, labelled
from refunds.redirections.banks import account_text
from web.money import format_money

from ..shapes import Facts, FileFacts, Move, ParcelFacts, TicketFacts
from .blocks import gap, heading, listing, moment, pairs, picture, text


def summary(facts: Facts) -> list[Any]:
    """On the first page."""
    chargeback, order, currency = facts["chargeback"], facts["order"], facts["currency"]
    refunded = sum((Decimal(refund["amount"]) for refund in facts["refunds"]), Decimal(0))
    paid_twice = Decimal(chargeback["paid_twice"])
    return [
        text(_("Evidence on chargeback %(number)s") % {"number": chargeback["chargeback_no"]}, "title"),
        *pairs(
            [
                (_("shop"), order["shop_name"]),
                (_("order no."), order["order_no"]),
                (_("transaction no."), f"{chargeback['channel_label']} {chargeback['transaction_no']}"),
                (_("amount disputed"), format_money(chargeback["amount"], currency)),
                (_("reason given by the bank"), chargeback["reason_label"]),
                (_("opened"), moment(chargeback["opened_at"])),
                (_("status"), chargeback["status_label"]),
                (_("paid on"), moment(order["paid_at"])),
                (_("delivered on"), moment(order["delivered_at"])),
                (_("refunded"), format_money(refunded, currency)),
                (_("paid twice"), format_money(paid_twice, currency) if paid_twice else ""),
                (_("time zone"), facts["time_zone"]),
            ]
        ),
        *history(chargeback["history"]),
    ]


def order(facts: Facts) -> list[Any]:
    row, currency = facts["order"], facts["currency"]
    amounts = [(_("freight"), "freight"), (_("discount"), "discount"), (_("points deduction"), "points_deduction")]
    return [
        heading(_("Order and payment")),
        *pairs(
            [
                (_("order no."), row["order_no"]),
                (_("buyer"), " · ".join(filter(None, (row["buyer"], row["buyer_name"])))),
                (_("status"), row["status_label"]),
                (_("placed"), moment(row["placed_at"])),
                (_("paid on"), moment(row["paid_at"])),
                (_("shipped on"), moment(row["shipped_at"])),
                (_("delivered on"), moment(row["delivered_at"])),
                (_("receipt confirmed"), moment(row["completed_at"])),
                *(
                    (label, format_money(amount, currency))
                    for label, name in amounts
                    if Decimal(amount := str(row[name]))  # type: ignore[literal-required]
                ),
                (_("amount payable"), format_money(row["amount"], currency)),
            ]
        ),
        *listing(
            (_("SKU"), _("goods"), _("quantity"), _("unit price"), pgettext("amount", "paid"), _("delivered on")),
            [
                (
                    goods["sku"],
                    " · ".join(filter(None, (goods["title"], goods["spec"]))),
                    goods["quantity"],
                    format_money(goods["unit_price"], currency),
                    format_money(goods["paid_amount"], currency),
                    moment(goods["delivered_at"]),
                )
                for goods in row["goods"]
            ],
            (3, 6, 2, 3, 3, 4),
        ),
        *_payments(facts),
        *_remarks(facts),
        *history(row["history"]),
    ]


def _payments(facts: Facts) -> list[Any]:
    currency = facts["currency"]
    header = (_("payment"), _("transaction no."), _("amount"), _("paid on"), _("disputed"))
    rows = [
        (
            labelled(payment["purpose_label"], payment["channel_label"]),
            payment["transaction_no"],
            format_money(payment["amount"], currency) + _shared(payment["shared_total"], currency),
            moment(payment["paid_at"]),
            _("yes") if payment["disputed"] else "",
        )
        for payment in facts["payments"]
    ]
    return listing(header, rows, (4, 6, 5, 4, 2))


def _shared(total: str | None, currency: str) -> str:
    if total is None:
        return ""
    return " " + _("(of %(total)s in all)") % {"total": format_money(total, currency)}


def _remarks(facts: Facts) -> list[Any]:
    rows = [(moment(remark["at"]), remark["text"]) for remark in facts["order"]["remarks_of_buyer"]]
    return listing((_("at"), _("remark of the buyer")), rows, (3, 14))


def delivery(facts: Facts) -> list[Any]:
    receiver = facts["order"]["receiver"]
    blocks = [heading(_("Delivery"))]
    blocks += pairs(
        [
            (_("receiver"), receiver["name"]),
            (_("receiver's phone"), receiver["phone"]),
            (_("receiver's address"), receiver["address"]),
        ]
    )
    if not facts["parcels"]:
        blocks.append(text(_("There is no parcel.")))
    for parcel in facts["parcels"]:
        blocks += _parcel(parcel)
    return blocks


def _parcel(parcel: ParcelFacts) -> list[Any]:
    proven = _("yes") if parcel["delivery_proven"] else _("no, by the word of the shop")
    contents = enumerated(f"{part['sku']} × {part['quantity']}" for part in parcel["contents"])
    return [
        text(f"{parcel['courier_label']} {parcel['tracking_no']} · {parcel['kind_label']}", "part"),
        *pairs(
            [
                (_("ticket"), parcel["ticket_no"]),
                (_("goods"), contents),
                (pgettext("time of a parcel", "sent"), moment(parcel["sent_at"])),
                (_("status"), parcel["status_label"]),
                (_("delivered on"), moment(parcel["delivered_at"])),
                (_("delivery proven"), proven if parcel["delivered_at"] else ""),
            ]
        ),
        *listing(
            (_("at"), _("status"), _("scan")),
            [(moment(scan["at"]), scan["status_label"], scan["text"]) for scan in parcel["scans"]],
            (3, 3, 11),
        ),
    ]


def refunds(facts: Facts) -> list[Any]:
    currency = facts["currency"]
    rows = [
        (
            refund["refund_no"],
            refund["ticket_no"],
            " ".join(filter(None, (refund["channel_label"], account_text(refund["received_account"])))),
            "\n".join(dict.fromkeys(filter(None, (refund["gateway_no"], refund["trace_no"], refund["proof"])))),
            format_money(refund["amount"], currency),
            moment(refund["settled_at"]) + ("\n" + _("settled manually") if refund["by_hand"] else ""),
        )
        for refund in facts["refunds"]
    ]
    header = (_("refund no."), _("ticket"), _("paid to"), _("number at channel or bank"), _("amount"), _("settled"))
    blocks = listing(header, rows, (5, 5, 4, 4, 3, 4)) or [text(_("Nothing has been refunded."))]
    return [heading(_("Refunds already paid")), *blocks, *_payables(facts)]


def _payables(facts: Facts) -> list[Any]:
    rows = [
        (
            payable["payable_no"],
            payable["kind_label"],
            format_money(payable["amount"], facts["currency"]),
            moment(payable["paid_at"]),
            payable["proof"],
        )
        for payable in facts["payables"]
    ]
    header = (_("paid beyond refunds"), _("kind"), _("amount"), _("paid on"), _("proof of payment"))
    return listing(header, rows, (5, 3, 3, 4, 7))


def tickets(facts: Facts) -> list[Any]:
    if not facts["tickets"]:
        return []
    blocks = [heading(_("After-sales tickets"))]
    for ticket in facts["tickets"]:
        blocks += _ticket(ticket, facts["currency"])
    return blocks


def _ticket(ticket: TicketFacts, currency: str) -> list[Any]:
    approved = ticket["approved_amount"]
    return [
        text(f"{ticket['ticket_no']} · {ticket['type_label']}", "part"),
        *pairs(
            [
                (_("reason"), ticket["reason_label"]),
                (_("description"), ticket["description"]),
                (_("goods"), enumerated(f"{goods['sku']} × {goods['quantity']}" for goods in ticket["goods"])),
                (pgettext("time", "applied"), moment(ticket["applied_at"])),
                (_("status"), ticket["status_label"]),
                (_("requested amount"), format_money(ticket["requested_amount"], currency)),
                (_("approved amount"), "" if approved is None else format_money(approved, currency)),
                (_("refunded amount"), format_money(ticket["refunded_amount"], currency)),
                (_("rejection reason"), ticket["rejection_reason"]),
                (_("ended"), moment(ticket["ended_at"])),
            ]
        ),
        *history(ticket["history"]),
    ]


def history(lines: list[Move]) -> list[Any]:
    rows = [
        (moment(line["at"]), line["by_label"], line["action_label"], line["status_label"], line["note"])
        for line in lines
    ]
    return listing((_("at"), _("by"), _("what happened"), _("status"), _("note")), rows, (4, 3, 5, 4, 6))


def conversation(facts: Facts) -> list[Any]:
    rows = [
        (moment(message["at"]), message["by_label"], message["ticket_no"], _words(message["text"], message["files"]))
        for message in facts["messages"]
    ]
    if not rows:
        return []
    return [
        heading(_("Conversation between buyer and shop")),
        *listing((_("at"), _("by"), _("ticket"), _("text")), rows, (16, 9, 19, 45)),
    ]


def _words(written: str, files: list[str]) -> str:
    return "\n".join(filter(None, (written, *files)))


def files(facts: Facts, previews: Mapping[str, bytes]) -> list[Any]:
    if not facts["files"]:
        return []
    rows = [(_picture(file, previews), _file(file), _size(file)) for file in facts["files"]]
    return [
        heading(_("Photos and files")),
        text(_("The originals are beside this document. SHA256SUMS lists the hashes, and sha256sum -c compares them.")),
        gap(),
        *listing((_("preview"), _("file"), _("size and SHA-256")), rows, (3, 7, 7)),
    ]


def _picture(file: FileFacts, previews: Mapping[str, bytes]) -> Any:
    preview = previews.get(file["path"])
    return picture(preview) if preview is not None else ""


def _file(file: FileFacts) -> str:
    facts = (file["path"], file["kind_label"], file["by_label"], file["ticket_no"], moment(file["uploaded_at"]))
    return "\n".join(filter(None, facts))


def _size(file: FileFacts) -> str:
    if file["missing"]:
        return _("missing: it is recorded, but the storage doesn't have it any more")
    size = ngettext("%(n)d byte", "%(n)d bytes", file["size"]) % {"n": file["size"]}
    return f"{size}\n{file['sha256']}"
