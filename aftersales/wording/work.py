"""What the worklists of the desk are called: in its menu, on the tiles and on the filters of the queue."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..selectors import tiles, worklist

WORK_LABELS: dict[str, "str | Promise"] = {
    worklist.REVIEW: _("to review"),
    worklist.RECEIVE: _("goods to receive"),
    worklist.RESHIP: _("replacements"),
    worklist.FAILED: _("failed refunds"),
    worklist.CAME_LATE: _("delivered after refund"),
    worklist.GIFT: _("gifts to hand over"),
    worklist.ANSWER: _("to answer"),
    worklist.UNREAD: _("unread messages"),
    worklist.OVERDUE: _("overdue"),
    worklist.DUTY: _("past the legal deadline"),
    worklist.DISPUTED: _("objections to settlements"),
    tiles.TODAY: _("due today"),
    tiles.MINE: _("waiting for me"),
    tiles.ARRIVED: _("goods to inspect"),
    tiles.OBJECTIONS: _("disputes"),
    tiles.PROVE: _("arrivals to prove"),
    worklist.OVERRIDES: _("emergency decisions to review"),
    worklist.OVERRIDES_OBJECTED: _("objections to emergency decisions"),
    tiles.RULE: _("objections to rule on"),
}
