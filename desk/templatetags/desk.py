"""Parts of the desk's pages."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.access import invitations
from web.context import Context

from ..menu import Group, groups

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """A symbol of static/icons.svg. It says nothing by itself: words stand beside it."""
    return format_html('<svg class="i" aria-hidden="true"><use href="{}#{}"></use></svg>', static("icons.svg"), name)


@register.simple_tag(takes_context=True)
def is_invited(context: Context) -> bool:
    """Whether another shop has asked the user to work for it."""
    return invitations(context["request"].user).exists()


@register.simple_tag(takes_context=True)
def menu(context: Context) -> list[Group]:
    """The rail of the desk, from what `AdminSite.each_context` hands to every page."""
    return groups(
        context["request"],
        context.get("available_apps", ()),
        context.get("desk_pages", ()),
        context.get("todo", ""),
    )
