"""The first steps of a shop in which something is missing that its buyers need."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import desk_shops, manages
from accounts.models import Faq, Membership, Role, Shop, User
from logistics.models import ReturnAddress
from orders.models import Order


@dataclass(frozen=True)
class Step:
    title: str
    why: str
    url: str
    done: bool
    needed: bool = True  # the list goes away once all of these are done


@dataclass(frozen=True)
class FirstSteps:
    shop: Shop
    steps: list[Step]

    @property
    def done(self) -> int:
        return sum(step.done for step in self.steps)


def first_steps(user: User) -> FirstSteps | None:
    """Of the first of their shops that is not ready; None where all are. One statement."""
    own = [pk for pk in desk_shops(user) if manages(user, pk)]
    of_shop = {"shop": OuterRef("pk")}
    shops = Shop.objects.filter(pk__in=own).order_by("pk").annotate(
        has_address=Exists(ReturnAddress.objects.filter(**of_shop, active=True)),
        has_orders=Exists(Order.objects.filter(**of_shop)),
        has_faq=Exists(Faq.objects.filter(**of_shop)),
        has_colleague=Exists(Membership.objects.filter(**of_shop).exclude(user=user).exclude(role=Role.INTEGRATION)),
    )  # fmt: skip
    for shop in shops:
        steps = _steps(shop)
        if any(step.needed and not step.done for step in steps):
            return FirstSteps(shop, steps)
    return None


def _steps(shop: Shop) -> list[Step]:
    settings = f"{reverse('admin:desk_settings')}?shop={shop.code}"
    has: dict[str, bool] = vars(shop)
    return [
        Step(_("Enter a return address"), _("Without one the clock approves nothing, and buyers cannot send back."),
             f"{settings}#addresses", has["has_address"]),
        Step(_("Enter the hotline"), _("Buyers call it where they cannot apply any more."),
             f"{settings}#contact", bool(shop.hotline)),
        Step(_("Bring your orders"), _("Your shop system sends them; the interface is described here."),
             reverse("docs"), has["has_orders"]),
        Step(_("Invite a colleague"), _("Some decisions need a second person."),
             f"{settings}#members", has["has_colleague"], needed=False),
        Step(_("Answer what buyers ask most"), _("Every answer saves a message."),
             f"{settings}#faq", has["has_faq"], needed=False),
    ]  # fmt: skip
