"""How goods may be sent back, in words."""

from django.utils.translation import gettext as _

from kernel.languages import enumerated
from logistics.couriers import names
from orders.models import Order


def collect_couriers(order: Order) -> list[str]:
    """Codes of those by which the shop takes a parcel that it pays for on delivery (S-072)."""
    return [one.strip() for one in order.policy.collect_couriers.split(",") if one.strip()]


def collect_text(order: Order) -> str:
    """One sentence: with whom the goods may be sent collect, or that they may not."""
    couriers = collect_couriers(order)
    if not couriers:
        return _("Don't send it collect: such parcels are refused.")
    known = enumerated(map(names.label, couriers))
    return _("Send it collect only with: %(couriers)s. Other collect parcels are refused.") % {"couriers": known}
