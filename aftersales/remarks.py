"""The remarks in the history and the conversation of tickets that the system writes."""

from django.utils.translation import gettext_lazy as _

from kernel import remarks

remarks.register(
    {
        "on_behalf": _("On behalf of the buyer."),
        "delivery_proof": _("Proof of the delivery."),
        # Why the clock did not decide. Other codes of refusals are shown as they are.
        "delivered": _("The goods have been delivered in the meantime, so a person decides."),
        "no_return_address": _("The shop doesn't have a return address yet."),
        "doubtful_tracking": _("No courier knows this tracking number."),
        "refund_late": _("The refund hasn't arrived yet."),
        "refund_overdue": _("The refund still hasn't arrived after 7 days."),
        "refund_punishable": _("The refund still hasn't arrived after 15 days."),
        "answer_punishable": _("The return hasn't been answered after 15 days."),
        "out_of_stock": _("The replacement is out of stock."),
        "amount_exceeded": _("Less money is left than was requested."),
        "converted_to_review": _(
            "The buyer has the goods and nobody at the shop has approved, so a person decides now."
        ),
        "late_units": _("%(units)s missing units came late."),
        "evidence_pack": _("In the evidence on chargeback %(chargeback_no)s."),
        "conflict": _("Something else has to be done first."),
    }
)
