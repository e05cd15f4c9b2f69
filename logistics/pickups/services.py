"""Booking a pickup and taking it back. The courier's system is asked afterwards, by `send`: no transaction waits."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.actors import Actor
from kernel.calls import clock
from kernel.errors import Conflict, Invalid
from kernel.jobs import enqueue_after_commit
from kernel.languages import enumerated
from kernel.machine import advance, begin
from kernel.numbers import new_number
from orders import services as orders
from orders.models import Order

from .. import couriers
from ..couriers import AddressFault, Contact, Pickups, names
from . import policy
from .models import Pickup
from .signals import pickup_changed

TASK = "logistics.ask_pickups"
LENGTHS = {"name": 120, "phone": 40, "address": 400}  # the columns
_OF_BUYER: dict[AddressFault, "str | Promise"] = {
    AddressFault.TOO_LONG: gettext_lazy("The courier's system takes no address that long. Shorten it."),
    AddressFault.NO_DISTRICT: gettext_lazy("Begin with province, city and district, as on a parcel."),
}
_OF_SHOP: dict[AddressFault, "str | Promise"] = {
    AddressFault.TOO_LONG: gettext_lazy(
        "The shop's address is too long for the courier's system. Please send the goods yourself."
    ),
    AddressFault.NO_DISTRICT: gettext_lazy(
        "The shop's address lacks what the courier's system needs. Please send the goods yourself."
    ),
}


def book(
    order: Order,
    *,
    key: str,
    courier: str,
    day: date,
    slot: str,
    sender: Contact,
    receiver: Mapping[str, str],
    max_price: Decimal | None,
    actor: Actor,
    now: datetime,
) -> Pickup:
    """A pickup of what `key` names. Invalid (400) for a courier that does not come, a slot that is none, or has nearly
    passed, and an address without which nobody finds the goods; Conflict (409) where enough were booked. Call with the
    order locked."""
    source = couriers.pickups()
    code, times, sender = _courier(source, courier), _times(day, slot, now), _contact(source, sender)
    _check_receiver(source, receiver)
    if Pickup.objects.filter(shop_id=order.shop_id, order=order, key=key).count() >= policy.BOOKINGS:
        raise Conflict(
            _("A courier was booked %(count)d times already. Please send the goods yourself.")
            % {"count": policy.BOOKINGS}
        )
    pickup = Pickup(
        order=order,
        pickup_no=new_number("PU", now),
        key=key,
        courier=code,
        sender_name=sender.name,
        sender_phone=sender.phone,
        sender_address=sender.address,
        receiver=dict(receiver),
        starts_at=times[0],
        ends_at=times[1],
        max_price=max_price,
        created_at=now,
        next_at=clock.wall(),
    )
    begin(pickup, actor=actor, now=now, data={"courier": code, "slot": slot, "day": day.isoformat()})
    enqueue_after_commit(TASK)
    return pickup


def cancel(pickup: Pickup, *, actor: Actor, now: datetime) -> Pickup:
    """At once where nothing has left; else it is asked for, and the pickup stays open until the courier's system
    answers. Call with the order locked."""
    fresh = Pickup.locked(pickup.pk, shop_id=pickup.shop_id)
    fresh.order = pickup.order
    if fresh.sent_at is None:
        fresh = advance(fresh.withdraw, actor=actor, now=now)
        stop(fresh)
        pickup_changed.send(sender=Pickup, pickup=fresh, actor=actor, now=now)
        return fresh
    fresh = advance(fresh.ask_to_cancel, actor=actor, now=now)
    Pickup.objects.filter(shop_id=fresh.shop_id, pk=fresh.pk).update(next_at=clock.wall(), failures=0)
    enqueue_after_commit(TASK)
    return fresh


def cancel_unneeded(pickup: Pickup, *, actor: Actor, now: datetime) -> bool:
    """What it was booked for no longer waits for a parcel. False: it has ended, or is being cancelled already."""
    with transaction.atomic():
        order = orders.lock(pickup.order_id, shop_id=pickup.shop_id)
        fresh = Pickup.locked(pickup.pk, shop_id=pickup.shop_id)
        if not fresh.may_be_cancelled:
            return False
        fresh.order = order
        cancel(fresh, actor=actor, now=now)
    return True


def stop(pickup: Pickup) -> None:
    """It has ended: its courier's system is asked no more."""
    Pickup.objects.filter(shop_id=pickup.shop_id, pk=pickup.pk).update(next_at=None)


def _courier(source: Pickups | None, courier: str) -> str:
    code = names.code_of(courier)
    codes = source.codes if source else frozenset()
    if code not in codes:
        choice = enumerated([names.label(each) for each in names.COURIERS if each in codes])
        text = _("This courier doesn't come for returns. Choose one of these: %(couriers)s.") % {"couriers": choice}
        raise Invalid(errors={"courier": [text]})
    return code


def _times(day: date, slot: str, now: datetime) -> tuple[datetime, datetime]:
    if day not in policy.days(now):
        raise Invalid(errors={"date": [_("Choose today, tomorrow or the day after.")]})
    times = policy.slot_times(day, slot)
    if times is None:
        text = _("Choose a time of at least an hour between 08:00 and 21:00, such as %(example)s.")
        raise Invalid(errors={"slot": [text % {"example": policy.SLOTS[0]}]})
    if not policy.is_in_time(times[1], now):
        raise Invalid(errors={"slot": [_("It's too late for this time. Choose a later one.")]})
    return times


def _contact(source: Pickups | None, sender: Contact) -> Contact:
    values = {name: " ".join(getattr(sender, name).split()) for name in LENGTHS}
    errors = {name: [_("Without it, the courier can't find you.")] for name, value in values.items() if not value}
    errors |= {
        name: [_("Use up to %(max)d printable characters.") % {"max": most}]
        for name, most in LENGTHS.items()
        if len(values[name]) > most or not values[name].isprintable()
    }
    if "address" not in errors and (fault := source.address_fault(values["address"]) if source else None):
        errors["address"] = [str(_OF_BUYER[fault])]
    if errors:
        raise Invalid(errors=errors)
    return Contact(**values)


def _check_receiver(source: Pickups | None, receiver: Mapping[str, str]) -> None:
    """Conflict (409): the buyer cannot do anything about the shop's address."""
    if source is not None and (fault := source.address_fault(receiver["address"])):
        raise Conflict(str(_OF_SHOP[fault]))
