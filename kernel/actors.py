"""Who does a thing. Entry points pass an Actor down to the services; nothing reads an ambient user."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

BUYER = "buyer"
MERCHANT = "merchant"
SUPPORT = "support"
INTEGRATION = "integration"
CLOCK_KIND = "clock"
GATEWAY_KIND = "gateway"
COURIER_KIND = "courier"
RULE_KIND = "rule"
ARBITER = "arbiter"  # decides a dispute for the platform
GUEST = "guest"  # a buyer without an account, who came by the link of one order
AGENT_KIND = "agent"  # a software agent that acts for a person

KINDS = (
    BUYER, MERCHANT, SUPPORT, INTEGRATION, CLOCK_KIND, GATEWAY_KIND, COURIER_KIND, RULE_KIND, ARBITER, GUEST,
    AGENT_KIND,
)  # fmt: skip
KIND_LABELS: "Mapping[str, str | Promise]" = {
    BUYER: _("buyer"),
    MERCHANT: _("merchant"),
    SUPPORT: _("support"),
    INTEGRATION: _("integration"),
    CLOCK_KIND: _("system"),
    GATEWAY_KIND: _("payment gateway"),
    COURIER_KIND: _("courier"),
    RULE_KIND: _("rule"),
    ARBITER: _("arbiter"),
    GUEST: _("visitor"),
    AGENT_KIND: _("software agent"),
}
PEOPLE = frozenset({BUYER, MERCHANT, SUPPORT, INTEGRATION})


def kind_label(kind: str) -> str:
    """In the active language. A kind that is not listed has its own name as label."""
    return str(KIND_LABELS.get(kind, kind))


def person_label(kind: str, name: str) -> str:
    """ "merchant mei"; of the clock, the rules and couriers, who have no name of their own, the kind alone."""
    return kind_label(kind) if name in ("", kind) else f"{kind_label(kind)} {name}"


@dataclass(frozen=True, slots=True)
class Actor:
    """`role` is the finer right inside a kind (manager, agent, supervisor). `limit`: what this person may give away
    alone on one order, in all; `daily_limit`: in a day; None: no limit. `barred_until`: no emergency decision before.
    `simple`: only the transitions that a machine
    lists as SIMPLE (S-161)."""

    kind: str
    name: str
    user_id: int | None = None
    role: str = ""
    limit: Decimal | None = None
    simple: bool = False
    daily_limit: Decimal | None = None
    barred_until: datetime | None = None

    @property
    def is_manager(self) -> bool:
        return self.kind == MERCHANT and self.role == "manager"


CLOCK = Actor(CLOCK_KIND, "clock")
GATEWAY = Actor(GATEWAY_KIND, "gateway")
COURIER = Actor(COURIER_KIND, "courier")
RULE = Actor(RULE_KIND, "rule")
