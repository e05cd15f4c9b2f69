"""Proves the settings of kuaidi100 for `manage.py check_channel`: a number that cannot exist is asked for."""

import secrets

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.calls import Deadline
from kernel.connections import NotProved, register

from . import courier_settings
from .couriers import Booking, Contact, CourierError, Fault, PickupRefused

SECONDS = 10.0
FAULTS: dict[Fault, "str | Promise"] = {
    Fault.KEY: gettext_lazy(
        "kuaidi100 refused the key: %(detail)s. Check KUAIDI100_CUSTOMER and KUAIDI100_KEY, and the quota there."
    ),
    Fault.DOWN: gettext_lazy("kuaidi100 didn't give a usable answer: %(detail)s."),
}
PROVED = gettext_lazy("kuaidi100 knows the customer and our key.")
PUSHES = gettext_lazy("Its pushes are expected at %(address)s.")
PICKUPS = gettext_lazy("Its pickups are on: it knows the secret.")
NO_PICKUPS = gettext_lazy("KUAIDI100_SECRET isn't set, so buyers can't have returns picked up.")
PICKUPS_REFUSED = gettext_lazy("kuaidi100 gave no price for a pickup: %(detail)s. Check KUAIDI100_SECRET.")
NO_PUSHES = gettext_lazy("KUAIDI100_CALLBACK_URL isn't set, so parcels are only asked for.")


def check(shop: str) -> list[str]:
    """Raises NotProved."""
    if shop:
        raise NotProved(_("kuaidi100 has one account for the whole installation. Leave out --shop."))
    if not courier_settings.is_on(settings):
        names = ", ".join(courier_settings.REQUIRED)
        raise NotProved(_("kuaidi100 isn't set up. It needs %(names)s.") % {"names": names})
    if problems := courier_settings.problems(settings):
        raise NotProved(" ".join(problems))
    from .couriers.kuaidi100.adapter import build

    courier = build(settings)
    number = f"YT{secrets.randbelow(10**13):013d}"
    try:
        courier.trace(courier="yto", tracking_no=number, phone="", deadline=Deadline.after(SECONDS))
    except CourierError as error:
        # That it does not know the number is what was asked for.
        if error.fault in FAULTS:
            raise NotProved(str(FAULTS[error.fault]) % {"detail": error}) from None
    pushes = str(PUSHES) % {"address": courier.callback} if courier.pushes else str(NO_PUSHES)
    return [str(PROVED), pushes, _pickups()]


def _pickups() -> str:
    """A price is asked for, which books nothing. Raises NotProved."""
    if not settings.KUAIDI100_SECRET:
        return str(NO_PICKUPS)
    from .couriers.kuaidi100.pickups import build

    here = Contact("测试", "13800000000", "北京市朝阳区建国路 1 号")
    now = timezone.now()
    try:
        build(settings).price(Booking("", "yto", here, here, now, now), deadline=Deadline.after(SECONDS))
    except PickupRefused:
        pass  # of this address: it has been asked about
    except CourierError as error:
        raise NotProved(str(PICKUPS_REFUSED) % {"detail": error}) from None
    return str(PICKUPS)


register("kuaidi100", check)
