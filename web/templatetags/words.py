"""Punctuation in templates, as the page's language writes it."""

import re
from collections.abc import Iterable, Mapping, Sequence

from django import template
from django.utils.html import conditional_escape, strip_tags
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext

from kernel.languages import labelled, paragraph

register = template.Library()
_EMPTY = ("", "-", "–", "&nbsp;")
_ICON = re.compile(r'(<img src="[^"]*/icon-\w+\.svg" alt=")(True|False|None)"')


def _escaped(text: object) -> str:
    return conditional_escape(text if isinstance(text, str) else str(text))


@register.filter
def colon(label: object) -> str:
    """A label before its value, `{{ label|colon }}{{ value }}`: with a colon and, in English, a space."""
    return labelled(label, "")


@register.filter
def followed_by(text: object, following: object) -> SafeString:
    """Two sentences, with a space between them where the language has one."""
    return SafeString(paragraph(_escaped(text), _escaped(following)))


@register.filter
def in_a_row(texts: Iterable[object]) -> SafeString:
    """The sentences of a list, one after the other."""
    return SafeString(paragraph(*map(_escaped, texts)))


@register.simple_tag
def cell(item: str, headers: Sequence[Mapping[str, object]], index: int) -> SafeString:
    """A cell of a list of Django's admin, with the heading of its column: on a phone a row is a card, and the headings
    are not shown. None where it is empty, or to choose the row."""
    html = named_icons(item)
    if "action-checkbox" in html or strip_tags(html).strip() in _EMPTY:
        return html
    label = conditional_escape(capfirst(str(headers[index]["text"])))
    return SafeString(html.replace("<td", f'<td data-label="{label}"', 1))


@register.filter
def named_icons(cell: str) -> SafeString:
    """A cell of Django's admin, whose icons of yes and no are called “True” and “False” in every language."""
    words = {"True": gettext("yes"), "False": gettext("no"), "None": gettext("unknown")}
    return SafeString(_ICON.sub(lambda icon: f'{icon[1]}{words[icon[2]]}"', conditional_escape(cell)))
