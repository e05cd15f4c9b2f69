"""Proves the settings of a source of traces for `manage.py check_channel`: a number that cannot exist is asked for."""

import secrets
from functools import partial

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.calls import Deadline
from kernel.connections import NotProved, register

from . import couriers
from .courier_settings import SOURCES, begun, problems
from .couriers import Booking, Contact, CourierError, Fault, PickupRefused

SECONDS = 10.0
FAULTS: dict[Fault, "str | Promise"] = {
    Fault.KEY: gettext_lazy("%(source)s refused the key: %(detail)s. Check %(names)s, and the quota there."),
    Fault.DOWN: gettext_lazy("%(source)s didn't give a usable answer: %(detail)s."),
}
PROVED = gettext_lazy("%(source)s knows the customer and our key.")
PUSHES = gettext_lazy("Its pushes are expected at %(address)s.")
IN_CONSOLE = gettext_lazy("Its pushes are expected at %(address)s: enter this address in its console.")
PICKUPS = gettext_lazy("Its pickups are on: it gives prices.")
NO_PICKUPS = gettext_lazy("%(name)s isn't set, so buyers can't have returns picked up.")
PICKUPS_REFUSED = gettext_lazy("%(source)s gave no price for a pickup: %(detail)s. Check %(name)s.")
NO_PUSHES = gettext_lazy("%(name)s isn't set, so parcels are only asked for.")


def check(source: str, shop: str) -> list[str]:
    """Raises NotProved."""
    if shop:
        raise NotProved(
            _("%(source)s has one account for the whole installation. Leave out --shop.") % {"source": source}
        )
    needs = SOURCES[source]
    names = ", ".join(needs.required)
    if source not in begun(settings):
        raise NotProved(_("%(source)s isn't set up. It needs %(names)s.") % {"source": source, "names": names})
    if sentences := problems(settings):
        raise NotProved(" ".join(sentences))
    courier = couriers.build(source, settings)
    number = f"YT{secrets.randbelow(10**13):013d}"
    try:
        courier.trace(courier="yto", tracking_no=number, phone="", deadline=Deadline.after(SECONDS))
    except CourierError as error:
        # That it does not know the number is what was asked for.
        if error.fault in FAULTS:
            words = {"source": source, "detail": error, "names": names}
            raise NotProved(str(FAULTS[error.fault]) % words) from None
    pushes = _pushes(needs.callback, in_console=needs.in_console)
    return [str(PROVED) % {"source": source}, pushes, *_pickups(source, needs.pickups)]


def _pushes(callback: str, *, in_console: bool) -> str:
    if address := getattr(settings, callback):
        return str(IN_CONSOLE if in_console else PUSHES) % {"address": address}
    return str(NO_PUSHES) % {"name": callback}


def _pickups(source: str, name: str) -> list[str]:
    """A price is asked for, which books nothing. `name`: of the variable. Raises NotProved."""
    pickups = couriers.build_pickups(source, settings)
    if pickups is None:
        return [str(NO_PICKUPS) % {"name": name}]
    here, now = Contact("测试", "13800000000", "北京市朝阳区建国路 1 号"), timezone.now()
    try:
        pickups.price(Booking("", "yto", here, here, now, now), deadline=Deadline.after(SECONDS))
    except PickupRefused:
        pass  # of this address: it has been asked about
    except CourierError as error:
        raise NotProved(str(PICKUPS_REFUSED) % {"source": source, "detail": error, "name": name}) from None
    return [str(PICKUPS)]


for _source in SOURCES:
    register(_source, partial(check, _source))
