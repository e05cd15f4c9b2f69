from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.access import ADMINISTRATOR
from accounts.models import Shop
from kernel.actors import Actor
from kernel.changes import Values, record_change, values_of
from kernel.errors import Conflict, Forbidden

from ..models import ReturnAddress
from ..signals import last_address_retired

FIELDS = ("name", "phone", "address", "is_default", "active")


def default_address(shop_id: int) -> ReturnAddress | None:
    """Where returns of this shop go when nobody says otherwise: the default, or else the oldest in use."""
    return ReturnAddress.objects.filter(shop_id=shop_id, active=True).order_by("-is_default", "id").first()


def add_address(
    shop: Shop, *, name: str, phone: str, address: str, is_default: bool = False, actor: Actor
) -> ReturnAddress:
    """The first one of a shop becomes its default."""
    _only_managers(actor)
    with transaction.atomic():
        others = _locked(shop.pk)
        if is_default:
            others.filter(is_default=True).update(is_default=False)
        default = is_default or not others.filter(is_default=True).exists()
        row = ReturnAddress.objects.create(shop=shop, name=name, phone=phone, address=address, is_default=default)
        _record(row, {}, actor)
        return row


def retire_address(address: ReturnAddress, *, actor: Actor) -> ReturnAddress:
    """Tickets that were given it keep their copy. The oldest that is left becomes the default. 409 for the last one
    while goods are to come back."""
    _only_managers(actor)
    with transaction.atomic():
        others = _locked(address.shop_id).exclude(pk=address.pk)
        # The condition lets one of two retirements pass; the other must not move the default once more.
        before = values_of(address, FIELDS)
        if not ReturnAddress.objects.filter(pk=address.pk, active=True).update(active=False, is_default=False):
            raise Conflict(_("This address is no longer in use."))
        if not others.filter(is_default=True).exists() and (oldest := others.order_by("id").first()):
            ReturnAddress.objects.filter(pk=oldest.pk).update(is_default=True)
        if not others.exists():
            last_address_retired.send(sender=ReturnAddress, address=address)
        address.active = address.is_default = False
        _record(address, before, actor)
    return address


@transaction.atomic
def revise_address(address: ReturnAddress, *, name: str, phone: str, address_text: str, actor: Actor) -> ReturnAddress:
    """Tickets that were given it keep their copy."""
    _only_managers(actor)
    before = values_of(address, FIELDS)
    address.name, address.phone, address.address = name, phone, address_text
    address.save(update_fields=["name", "phone", "address"])
    _record(address, before, actor)
    return address


def make_default(address: ReturnAddress, *, actor: Actor) -> ReturnAddress:
    """Where returns go when nobody says otherwise. One that was out of use is in use again."""
    _only_managers(actor)
    with transaction.atomic():
        _locked(address.shop_id).filter(is_default=True).update(is_default=False)
        before = values_of(address, FIELDS)
        address.active = address.is_default = True
        address.save(update_fields=["active", "is_default"])
        _record(address, before, actor)
    return address


def _record(address: ReturnAddress, before: Values, actor: Actor) -> None:
    after = values_of(address, FIELDS)
    record_change("address", address, label=address.name, before=before, after=after, actor=actor)


def _locked(shop_id: int) -> QuerySet[ReturnAddress]:
    """The addresses in use, under the lock of their shop: one default at a time."""
    Shop.objects.select_for_update(no_key=True).get(pk=shop_id)
    return ReturnAddress.objects.filter(shop_id=shop_id, active=True)


def _only_managers(actor: Actor) -> None:
    if not actor.is_manager and actor.role != ADMINISTRATOR:
        raise Forbidden(_("Only a manager of the shop can do this. Ask one."))
