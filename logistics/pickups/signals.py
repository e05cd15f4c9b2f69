"""News for the layer above, sent inside the transaction with the order locked: a receiver that raises undoes it.

sender=Pickup, pickup (with its order), actor, now: it was collected, or ended without that.
"""

from django.dispatch import Signal

pickup_changed = Signal()
