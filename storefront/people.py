"""Who did or said something, to the buyer: the same words on the order, on the ticket and in the talk."""

from django.utils.translation import gettext as _

from kernel.actors import AGENT_KIND, ARBITER, BUYER, COURIER_KIND, GATEWAY_KIND, GUEST, INTEGRATION, MERCHANT, SUPPORT


def person(kind: str, shop: str) -> str:
    """`kind` of actor. Who works for the shop speaks as the shop, and what runs by itself has no name."""
    words = {
        BUYER: _("You"),
        MERCHANT: shop,
        INTEGRATION: shop,
        SUPPORT: _("Platform support"),
        GATEWAY_KIND: _("Payment channel"),
        COURIER_KIND: _("Courier"),
        ARBITER: _("Platform arbitration"),
        GUEST: _("Guest"),
        AGENT_KIND: _("Software agent"),
    }
    return words.get(kind) or _("Automatically")
