"""What a caller may do with an order now: the machine, and the few rules that look further than the state."""

from kernel.actors import BUYER, Actor

from ..models import Order, OrderLine

# Transitions that have an endpoint; the others are the system's.
ENDPOINTS = frozenset({
    "pay", "pack", "ship", "deliver", "confirm_receipt", "extend_receipt", "reopen_window", "close", "receiver",
    "install",
})  # fmt: skip


def _may_be_installed(line: OrderLine) -> bool:
    return bool(line.warranty_days) and line.delivered_at is not None and line.installed_at is None


def allowed_actions(order: Order, actor: Actor) -> list[str]:
    """Names as in the URL ("confirm-receipt"), in the order of the machine. Prefetch the lines for lists."""
    names = [name for name in order.allowed_to(actor) if name in ENDPOINTS]
    if "ship" in names and not any(line.to_ship for line in order.lines.all()):
        names.remove("ship")
    if "install" in names and not any(_may_be_installed(line) for line in order.lines.all()):
        names.remove("install")
    if "extend_receipt" in names and actor.kind == BUYER and order.buyer_extended:
        names.remove("extend_receipt")
    return [name.replace("_", "-") for name in names]
