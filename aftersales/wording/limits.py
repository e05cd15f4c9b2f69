"""How far somebody of the shop decides alone, and who else could, in sentences."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Role
from web.money import format_money

from ..services.assignment import Colleague


def above(amount: Decimal, left: Decimal, currency: str) -> str:
    amounts = {"given": format_money(amount, currency), "left": format_money(left, currency)}
    return _("This gives away %(given)s, but you only have %(left)s left for this order.") % amounts


def two_people(threshold: Decimal, currency: str) -> str:
    amount = {"limit": format_money(threshold, currency)}
    return _("Above %(limit)s, two people decide. Someone else has to agree to this ticket first.") % amount


def colleague(person: Colleague) -> str:
    """ "Mei · manager · 3 open tickets" """
    load = ngettext("%(n)d open ticket", "%(n)d open tickets", person.load) % {"n": person.load}
    return f"{person.name} · {Role(person.role).label} · {load}"
