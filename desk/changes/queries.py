"""What was set in the shops of the reader: limits, prices, stock, addresses, policy, pauses, members. Newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import desk_shops, is_support, manages
from accounts.models import Membership, Policy, Shop, User
from kernel.actors import person_label
from kernel.languages import picked
from kernel.models import Change
from logistics.models import ReturnAddress
from orders.models import Sku, Stock, WarrantyTerm
from refunds.gateways.wording import LABELS
from refunds.labels import company
from refunds.models import MerchantAccount
from web.admin.parts import moment

if TYPE_CHECKING:
    from django.db.models import QuerySet

# Subject of a change → what it is called, and the model whose fields it names.
SUBJECTS: "dict[str, tuple[str | Promise, type[Model]]]" = {
    "policy": (gettext_lazy("policy"), Policy),
    "contact": (gettext_lazy("contact"), Shop),
    "advice": (gettext_lazy("advice to buyers"), Shop),
    "columns": (gettext_lazy("columns of the lists"), Shop),
    "payment_page": (gettext_lazy("payment page"), Shop),
    "second_approval": (gettext_lazy("second approval"), Shop),
    "merchant_account": (gettext_lazy("merchant account"), MerchantAccount),
    "pause": (gettext_lazy("holiday pause"), Shop),
    "member": (gettext_lazy("member"), Membership),
    "sku": (gettext_lazy("SKU"), Sku),
    "stock": (gettext_lazy("stock"), Stock),
    "address": (gettext_lazy("return address"), ReturnAddress),
    "erasure": (gettext_lazy("personal data"), User),
    "warranty": (gettext_lazy("warranty of a category"), WarrantyTerm),
}
ACTIONS: "dict[str, str | Promise]" = {
    "add": gettext_lazy("added"),
    "change": gettext_lazy("changed"),
    "remove": gettext_lazy("removed"),
}


@dataclass(frozen=True)
class Step:
    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    at: datetime
    who: str
    action: str
    subject: str
    label: str
    shop: str
    steps: list[Step]


def sees_changes(user: User) -> bool:
    """Support, and who manages a shop."""
    return is_support(user) or bool(_managed(user))


def visible(user: User, about: str = "") -> "QuerySet[Change]":
    rows = Change.objects.all() if is_support(user) else Change.objects.filter(shop_id__in=_managed(user))
    return rows.filter(subject=about) if about in SUBJECTS else rows


def _managed(user: User) -> list[int]:
    return [shop for shop in desk_shops(user) if manages(user, shop)]


def entries(rows: Sequence[Change]) -> list[Entry]:
    shops = Shop.objects.filter(pk__in={row.shop_id for row in rows})
    names = dict(shops.values_list("pk", picked("name"))) if rows else {}
    return [_entry(row, names.get(row.shop_id, "")) for row in rows]


def _entry(row: Change, shop: str) -> Entry:
    subject, model = SUBJECTS.get(row.subject, (row.subject, Shop))
    who = person_label(row.actor_kind, row.actor_name)
    steps = [_step(model, name, *values) for name, values in row.fields.items()]
    return Entry(row.at, who, str(ACTIONS[row.action]), str(subject), _label(row), shop, steps)


def _label(row: Change) -> str:
    """The stored label of a merchant account begins with the code of its channel."""
    if row.subject != "merchant_account":
        return row.label
    channel, _space, account = row.label.partition(" ")
    return f"{company(channel)} {account}"


def _step(model: type[Model], name: str, before: Any, after: Any) -> Step:
    try:
        # A person who was switched off is among the changes of their memberships.
        field: Any = (User if name == "is_active" else model)._meta.get_field(name)
    except (LookupError, FieldDoesNotExist):  # of a column that is no more, or a secret, of which only the time is kept
        return Step(str(LABELS.get(name, name)), _text(before), _text(after))
    if model is MerchantAccount and name == "channel":
        before, after = (company(value) if value else value for value in (before, after))
    choices = {value: str(label) for value, label in (getattr(field, "flatchoices", None) or ())}
    return Step(str(field.verbose_name), choices.get(before, _text(before)), choices.get(after, _text(after)))


def _text(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    at = parse_datetime(value) if isinstance(value, str) and "T" in value[:11] else None
    return moment(at) if at else str(value)
