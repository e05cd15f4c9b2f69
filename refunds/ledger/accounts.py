"""The accounts that money moves between. Numbers follow the chart of the Chinese accounting standard."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Account(models.TextChoices):
    CHANNEL = "channel", _("funds at the payment channel")
    CASH = "cash", _("bank account")
    SALES = "sales", _("sales")
    REFUNDS = "refunds", _("refunds to buyers")
    REFUNDS_OWED = "refunds_owed", _("refunds owed")
    REFUNDS_IN_TRANSIT = "refunds_in_transit", _("refunds in transit")
    CHARGEBACKS_HELD = "chargebacks_held", _("funds held for chargebacks")
    CHARGEBACKS = "chargebacks", _("chargeback losses")
    PAYABLES = "payables", _("payables to buyers")
    FREIGHT_COMPENSATION = "freight_compensation", _("return freight compensation")
    GOODWILL = "goodwill", _("after-sales compensation")
    COURIER_CLAIMS = "courier_claims", _("courier claims receivable")
    COURIER_COMPENSATION = "courier_compensation", _("compensation from couriers")
    FEES = "fees", _("payment channel fees")


NUMBERS: dict[str, str] = {
    Account.CHANNEL: "1012",
    Account.CASH: "1002",
    Account.SALES: "6001",
    Account.REFUNDS: "6001.01",
    Account.REFUNDS_OWED: "2241.01",
    Account.REFUNDS_IN_TRANSIT: "2241.02",
    Account.CHARGEBACKS_HELD: "1221.01",
    Account.CHARGEBACKS: "6711.01",
    Account.PAYABLES: "2241.03",
    Account.FREIGHT_COMPENSATION: "6601.01",
    Account.GOODWILL: "6601.02",
    Account.COURIER_CLAIMS: "1221.02",
    Account.COURIER_COMPENSATION: "6301.01",
    Account.FEES: "6603.01",
}


class About(models.TextChoices):
    """What an entry is about; `number` says which one."""

    PAYMENT = "payment", _("payment")
    REFUND = "refund", _("refund")
    CHARGEBACK = "chargeback", _("chargeback")
    PAYABLE = "payable", _("payable")
    FEE = "fee", _("channel fee")


class Kind(models.TextChoices):
    """What happened."""

    CAPTURED = "captured", _("payment captured")
    REFUNDED_BEFORE = "refunded_before", _("refunded before the import")
    RESERVED = "reserved", _("refund reserved")
    SENT = "sent", _("refund sent")
    SETTLED = "settled", _("refund settled")
    FAILED = "failed", _("refund failed")
    RETURNED = "returned", _("refund returned by the bank")
    TO_SHOP = "to_shop", _("refund paid to the shop's bank account")
    VOIDED = "voided", _("manual settlement voided")
    HELD = "held", _("chargeback opened")
    LOST = "lost", _("chargeback lost")
    WON = "won", _("chargeback won")
    APPROVED = "approved", _("compensation or claim approved")
    PAID = "paid", _("compensation or claim paid")
    CANCELLED = "cancelled", _("compensation or claim cancelled")
    FEE_CHARGED = "fee_charged", _("channel fee charged")
    FEE_GIVEN_BACK = "fee_given_back", _("channel fee given back")
    FEE_CORRECTED = "fee_corrected", _("channel fee corrected")
