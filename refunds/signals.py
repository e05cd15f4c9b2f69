"""News for the layer above, sent inside the transaction: a receiver that raises undoes the fact.

`refund_settled`, `refund_failed`: sender=Refund, refund, actor, now. `refund_retried`: old and new instead of refund.
"""

from django.dispatch import Signal

refund_settled = Signal()
refund_failed = Signal()
refund_retried = Signal()
