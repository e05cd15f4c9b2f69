"""What the desk adds to admin pages of other apps. Django imports this module at start, after theirs."""

from .bulk.views import extend_ticket_list
from .evidence.views import extend_chargebacks

extend_ticket_list()
extend_chargebacks()
