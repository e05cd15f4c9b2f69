"""News for the layer above, sent inside the transaction: a receiver that raises undoes the fact.

sender=Parcel, parcel, actor, now. `parcel_lost` also for one that came back to its sender undelivered.
"""

from django.dispatch import Signal

parcel_delivered = Signal()
parcel_lost = Signal()
