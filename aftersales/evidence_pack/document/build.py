"""The sections on pages, with the number of the chargeback at the foot of each."""

import io
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import SimpleDocTemplate

from ..shapes import Facts
from . import sections
from .blocks import MARGIN
from .font import FONT, printable, register


def pdf(facts: Facts, previews: Mapping[str, bytes], now: datetime) -> bytes:
    """`previews`: path of a file → JPEG. One at a time in a process, which the caller sees to: reportlab keeps what it
    embeds of a font in the font itself."""
    register()
    title = _("Evidence on chargeback %(number)s") % {"number": facts["chargeback"]["chargeback_no"]}
    target = io.BytesIO()
    document = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=printable(title),
        author=printable(facts["order"]["shop_name"]),
        lang=facts["language"],
        # Else every page names Helvetica, which is not embedded.
        initialFontName=FONT,
    )
    foot = partial(_foot, line=printable(f"{title} · {timezone.localtime(now):%Y-%m-%d %H:%M}"))
    document.build(_story(facts, previews), onFirstPage=foot, onLaterPages=foot)
    return target.getvalue()


def _story(facts: Facts, previews: Mapping[str, bytes]) -> list[Any]:
    return [
        *sections.summary(facts),
        *sections.order(facts),
        *sections.delivery(facts),
        *sections.refunds(facts),
        *sections.tickets(facts),
        *sections.conversation(facts),
        *sections.files(facts, previews),
    ]


def _foot(canvas: Any, document: Any, *, line: str) -> None:
    canvas.saveState()
    canvas.setFont(FONT, 7)
    canvas.drawString(MARGIN, 9 * mm, line)
    canvas.drawRightString(A4[0] - MARGIN, 9 * mm, str(document.page))
    canvas.restoreState()
