from django import template

from ..labels import channel_label, trace_text

register = template.Library()
register.filter("channel", channel_label)
register.filter("trace", trace_text)
