"""The remarks of orders that the system writes."""

from django.utils.translation import gettext_lazy as _

from kernel import remarks

remarks.register(
    {
        "return_agreed": _("%(ticket_no)s: return or exchange approved by %(who)s."),
        "return_agreed_extended": _(
            "%(ticket_no)s: return or exchange approved by %(who)s. Confirmation extended by %(days)d days."
        ),
        "sent_again": _("A parcel came back and was resent by %(who)s. Confirmation extended by %(days)d days."),
        "arrived_after_all": _(
            "Parcel %(tracking_no)s arrived after all. It was resent, or a refund is being asked for: talk to the "
            "buyer."
        ),
        "sent_again_completed": _("A parcel came back and was resent by %(who)s."),
        "window_reopened": _("After-sales period reopened for %(days)d days: %(reason)s"),
    }
)
