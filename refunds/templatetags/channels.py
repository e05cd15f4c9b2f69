from django import template

from ..labels import channel_label

register = template.Library()
register.filter("channel", channel_label)
