"""The name of an actor for the buyer: the same words on the order, on the ticket and in the conversation."""

from django.utils.translation import gettext as _

from kernel.actors import AGENT_KIND, ARBITER, BUYER, COURIER_KIND, GATEWAY_KIND, GUEST, INTEGRATION, MERCHANT, SUPPORT


def person(kind: str, shop: str) -> str:
    """`kind` of actor. Everybody who works for the shop is shown as the shop, and jobs have no name."""
    # A shop's people and its programs are one party to the buyer, so neither is named.
    names = {
        BUYER: _("You"),
        MERCHANT: shop,
        INTEGRATION: shop,
        SUPPORT: _("Platform support"),
        GATEWAY_KIND: _("Payment channel"),
        COURIER_KIND: _("Courier"),
        ARBITER: _("Platform arbitration"),
        GUEST: _("Visitor"),
        AGENT_KIND: _("Software agent"),
    }
    return names.get(kind) or _("Automatically")
