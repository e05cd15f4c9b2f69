"""News for the layer above, sent inside the transaction: a receiver that raises undoes the fact.

`refund_settled`: sender=Refund, refunds, actor, now; each of another order, locked, and with its payment.
`refund_failed`, `refund_returned`, `refund_redirected`: sender=Refund, refund, actor, now. `refund_retried`: old and
new instead of refund.
`chargeback_changed`: sender=Chargeback, chargeback, order, actor, now; opened, won, lost or
opened again, the order locked.
`complaint_changed`: sender=Complaint, complaint, order, now; as the channel says it now, the order locked.
`settlement_proven`: with `evidence`, the uploads that show how money went back another way.
"""

from django.dispatch import Signal

settlement_proven = Signal()
refund_settled = Signal()
refund_failed = Signal()
refund_returned = Signal()
refund_redirected = Signal()
refund_retried = Signal()
chargeback_changed = Signal()
complaint_changed = Signal()
