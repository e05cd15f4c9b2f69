"""The page that asks before money leaves: it repeats what was sent, and names what that pays."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse

from ..confirm import BACK, FIELD, Confirmation
from ..context import Context, Text

OWN = {FIELD, BACK, "csrfmiddlewaretoken"}


def ask(
    request: HttpRequest, confirmation: Confirmation, context: Context, *, title: Text, subtitle: str = "", form: Any
) -> TemplateResponse:
    """200 at first; 409 where another amount, parcel or version was confirmed. Files have to be chosen again."""
    changed = FIELD in request.POST
    repeated = [(name, value) for name, values in request.POST.lists() if name not in OWN for value in values]
    values = {
        "title": title,
        "verb": title,
        "subtitle": subtitle,
        "confirmation": confirmation,
        "changed": changed,
        "repeated": repeated,
        "files": [field for field in form if field.name in request.FILES],
        "confirm_field": FIELD,
        "change_button": BACK,
    }
    status = HTTPStatus.CONFLICT if changed else HTTPStatus.OK
    return TemplateResponse(request, "admin/confirm.html", context | values, status=status)
