"""What a browser sends of an application page that was filled in."""

import re
from typing import Any

from django.http.response import HttpResponseBase
from django.test import Client

from aftersales.models import Ticket
from tests.browser import text


def body(page: str) -> dict[str, list[str]]:
    """Ticked boxes, hidden fields, typed texts, chosen options; of the form alone."""
    start = page.index('id="apply"')
    form = page[start : page.index("</form>", start)]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        attrs = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        off = attrs.get("type") in ("checkbox", "radio") and " checked" not in tag
        if "name" in attrs and not off and " disabled" not in tag and attrs.get("type") != "file":
            found.setdefault(attrs["name"], []).append(attrs.get("value", ""))
    for name, inner in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        found[name] = [re.findall(r'<option value="([^"]*)" selected', inner)[0]]
    found["description"] = re.findall(r"<textarea [^>]*>(.*?)</textarea>", form, re.S)
    return found


def send(client: Client, address: str, query: str = "", **more: Any) -> Any:
    """Opens the page and posts it as it is, with `more` chosen."""
    return client.post(address, body(text(client.get(address + query))) | more)


def ticket_of(answer: HttpResponseBase) -> Ticket:
    assert answer.status_code == 302, text(answer)
    return Ticket.objects.select_related("reason").get(ticket_no=answer.headers["Location"].split("/")[2])
