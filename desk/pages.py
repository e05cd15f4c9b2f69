"""The desk's own pages, beside the pages of the stock admin: what `AdminSite.get_urls()` adds.

Views import `desk.page`; only this module imports views.
"""

from django.utils.translation import gettext_lazy as _

from accounts.access import works_at_a_shop

from .activity import views as activity
from .bulk import views as bulk
from .changes import views as changes
from .changes.queries import sees_changes
from .evidence import views as evidence
from .finance import views as finance
from .find import views as find
from .numbers import views as numbers
from .page import Page
from .reading import views as reading
from .receiving import views as receiving
from .saved_filters import views as saved_filters
from .shipping import views as shipping
from .shop_settings import views as shop_settings

PAGES: list[Page] = [
    Page("find/", "desk_find", find.find, _("Find"), "search"),
    Page("receive/", "desk_receive", receiving.receiving, receiving.TITLE, "box", works_at_a_shop),
    Page("ship/", "desk_ship", shipping.shipping, shipping.TITLE, "truck", works_at_a_shop),
    Page("ship/export/", "desk_ship_export", shipping.export),
    Page("bulk/", "desk_bulk", bulk.bulk),
    Page("numbers/", "desk_numbers", numbers.dashboard, _("Numbers"), "chart-column"),
    Page("numbers/export/", "desk_numbers_export", numbers.export),
    Page("finance/", "desk_finance", finance.page, _("Finance"), "banknote", finance.sees_finance),
    Page("finance/export/", "desk_finance_export", finance.export),
    Page("finance/ledger/", "desk_finance_ledger", finance.ledger),
    Page("refunds/chargeback/<int:pk>/evidence/", "desk_chargeback_evidence", evidence.download),
    Page("activity/", "desk_activity", activity.log, _("Activity"), "history"),
    Page("activity/export/", "desk_activity_export", activity.export),
    Page("changes/", "desk_changes", changes.log, _("What was set"), "receipt-text", sees_changes),
    Page("settings/", "desk_settings", shop_settings.settings, _("Shop settings"), "store"),
    Page("read/", "desk_read", reading.read),
    Page("filters/keep/", "desk_filter_keep", saved_filters.keep),
    Page("filters/remove/", "desk_filter_remove", saved_filters.remove),
]
