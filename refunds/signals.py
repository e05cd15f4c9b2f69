"""News for the layer above, sent inside the transaction: a receiver that raises undoes the fact.

`refund_settled`: sender=Refund, refunds, actor, now; each of another order, locked, and with its payment.
`refund_failed`: sender=Refund, refund, actor, now. `refund_retried`: old and new instead of refund.
`settlement_proven`: with `evidence`, the uploads that show how money went back another way.
"""

from django.dispatch import Signal

settlement_proven = Signal()
refund_settled = Signal()
refund_failed = Signal()
refund_retried = Signal()
