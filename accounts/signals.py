"""News of accounts, for the apps above: sent inside the transaction that makes them."""

from django.dispatch import Signal

# shop_id, user_id, now: who worked at the desk of the shop does so no more.
membership_ended = Signal()
