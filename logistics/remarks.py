"""The remarks in the history of parcels that the system writes."""

from django.utils.translation import gettext_lazy as _

from kernel import remarks

remarks.register({
    "order_delivered": _("The order was delivered."),
    "suspected_loss": _("The courier told nothing new for days. The shop is asked to check with the courier."),
    "buyer_confirmed": _("The buyer confirmed it arrived."),
})  # fmt: skip
