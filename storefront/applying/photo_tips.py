"""What makes a good photo, by reason (ux 4). A reason that a shop made itself gets the usual advice."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

TIPS: dict[str, "str | Promise"] = {
    "quality": _("Show the fault close up, the whole item and its label."),
    "fault": _("Show the fault close up, the whole item and its label."),
    "misuse": _("Show the damage close up and the whole item."),
    "not_as_described": _("Show what's different, next to a ruler or the product page."),
    "wrong_item": _("Show what you received, its label, and the shipping label on the parcel."),
    "damaged": _("Show the parcel from the outside with its shipping label, the packaging, and the damage."),
    "missing": _("Show everything that was in the parcel, and the shipping label."),
    "wrong_choice": _("Show the whole item, unused, and its label."),
}
USUAL = _("Show the whole item and what's wrong with it, in good light.")


def tip_for(reason: str) -> str:
    return str(TIPS.get(reason, USUAL))
