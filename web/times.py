"""Times in words, the same on every page."""

from datetime import datetime

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext


def left(at: datetime) -> str:
    """ "1 day 06:12"; "00:00" once it has passed."""
    seconds = max(0, int((at - timezone.now()).total_seconds()))
    days, rest = divmod(seconds, 86_400)
    clock = f"{rest // 3600:02}:{rest % 3600 // 60:02}"
    words = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    return f"{words} {clock}" if days else clock


def ticking(at: datetime) -> SafeString:
    """What is left until then, printed by the server; the scripts of both skins tick it (ux 8)."""
    local = timezone.localtime(at).isoformat(timespec="seconds")
    return format_html('<time class="as-num" datetime="{}" data-countdown>{}</time>', local, left(at))
