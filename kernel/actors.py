"""Who does a thing. An Actor is passed down from the door; nothing reads an ambient user."""

from dataclasses import dataclass
from decimal import Decimal

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
PEOPLE = frozenset({BUYER, MERCHANT, SUPPORT, INTEGRATION})


@dataclass(frozen=True, slots=True)
class Actor:
    """`role` is the finer right inside a kind (manager, agent, supervisor); `limit` the highest
    amount that this person may pay out on their own, None for no limit."""

    kind: str
    name: str
    user_id: int | None = None
    role: str = ""
    limit: Decimal | None = None

    @property
    def is_manager(self) -> bool:
        return self.kind == MERCHANT and self.role == "manager"


CLOCK = Actor(CLOCK_KIND, "clock")
GATEWAY = Actor(GATEWAY_KIND, "gateway")
COURIER = Actor(COURIER_KIND, "courier")
RULE = Actor(RULE_KIND, "rule")
