from kernel.errors import Forbidden

HAND_OVER = "hand-over"


class NotAlone(Forbidden):
    """403 for this person; somebody else of the shop may, so `details` offer to hand the ticket over."""

    def __init__(self, message: str, *, offer: str = HAND_OVER, **details: str) -> None:
        allowed = list(dict.fromkeys([offer, HAND_OVER]))
        super().__init__(message, details={**details, "offer": offer, "allowed": allowed})
