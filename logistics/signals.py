"""News for the layer above, sent inside the transaction: a receiver that raises undoes the fact.

sender=Parcel, parcel, assumed, actor, now. `parcel_lost` also for one that came back to its sender undelivered.
`assumed`: the receipt of its order ended, by the buyer or the clock, and nobody reported this parcel.
"""

from django.dispatch import Signal

parcel_delivered = Signal()
parcel_lost = Signal()
# sender=ReturnAddress, address: its shop has none in use any more.
last_address_retired = Signal()
# Any report on a parcel that did not end its way. `seen`: somebody had the goods in their hands.
parcel_scanned = Signal()
