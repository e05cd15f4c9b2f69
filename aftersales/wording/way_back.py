"""How goods may be sent back, in words."""

from django.utils.translation import gettext as _

from kernel.languages import enumerated
from logistics.couriers import names
from orders.models import Order

from ..rules.freight import collect_couriers


def collect_text(order: Order) -> str:
    """One sentence: with whom the goods may be sent collect, or that they may not."""
    couriers = collect_couriers(order)
    if not couriers:
        return _("Don't send it collect: such parcels are refused.")
    known = enumerated(map(names.label, couriers))
    return _("Send it collect only with: %(couriers)s. Other collect parcels are refused.") % {"couriers": known}
