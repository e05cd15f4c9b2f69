from django import template

from ..couriers.names import label

register = template.Library()
register.filter("courier", label)
