"""Fuzzing of the desk: what is typed into its forms, asked of its lists or uploaded is never a fault of ours (0 answers
of 5xx), leaves no broken transaction behind, and a form that is refused still has what was typed, secrets excepted. The
same examples in every run."""

import re
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote_from_bytes, quote_plus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from refunds import channel_settings
from tests.undone import undone
from web.confirm import FIELD

from .browser import Sit
from .desk_rows import DeskRows
from .markup import Form, forms_of
from .test_fuzz_forms import FILES, NOT_FUZZED, ODD, QUERIES
from .world import NOW, World

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.once]
Pairs = list[tuple[str, str]]
# A half of a pair that stands for one character is no text. Dates beyond what the calendar or a shop's life holds.
NASTY = [
    *ODD, "\ud800", "a\udfff", "Infinity", "-Infinity", "sNaN", "1e-400", "-0", "0x10", "1_000", "²", "½", "\u2028",
    "\r\n", "\t", "\x7f", "\x85", "\ufeff", "2199-12-31", "10000-01-01", "1990-01-01T00:00", "2147483648", "9" * 400,
    "99999999999.99", "0.001", "{}", "on", "__all__", "None", "E-1/../..", "%00", "(", "[", "\\", "http://",
    "javascript:alert(1)", "//evil.example", "a@b", "https://[::1", "https://a" + "b" * 300, "q=%00", "o=1.2&o=x",
]  # fmt: skip
UPLOADS = [
    *((content, "x.csv") for content in FILES), (b"PK\x03\x04" + b"\x00" * 99, "x.xlsx"), (b"\x1f\x8b\x08", "x.csv.gz"),
    (b"GIF89a\x00", "x.jpg"), (b"%PDF-1.4", "x.pdf"), (b"<svg/>", "x.svg"), (b"x" * 70_000, "\u202e" + "x" * 300),
]  # fmt: skip
# Besides those that a list names in its own links.
LOOKUPS = [
    "created_at__range", "created_at__year", "placed_at__day", "status__in", "shop__isnull", "id__in", "pk__in", "back",
    "moment", "person", "number", "q__regex", "buyer__password", "page", "name", "query", "filter",
]  # fmt: skip
# Fields of merchant accounts: what was typed into them never comes back in a page.
SECRETS = {name.lower() for channel in channel_settings.REQUIRED for name in channel_settings.secrets_of(channel)}
EXAMPLES = 2  # of each form: with one field changed, and with every field
FEW_FAULTS = 20


class Fuzzer:
    """One person at the desk. `seen`: lists that were asked and forms that were sent already, by their shape."""

    def __init__(self, client: Client, rows: DeskRows, random: Random, seen: set[str]) -> None:
        self.client, self.rows, self.random, self.seen = client, rows, random, seen
        client.raise_request_exception = False
        self.faults: list[str] = []
        self.visited: set[str] = set()
        self.closed: set[str] = set()  # addresses that are not this person's

    def walk(self, urls: Iterable[str]) -> None:
        for url in urls:
            for step in self.visit(url):
                self.visit(step)

    def send_old_forms(self) -> None:
        """Steps that the row does not allow any more."""
        for url, names in self.rows.impossible(self.random):
            self.ask("post", url, self.odd(names))

    def visit(self, url: str) -> list[str]:
        """The page, the page with odd parameters, and every form that it shows. Answers the steps it leads to. Once for
        each address: nothing is stored between two visits."""
        if url in self.visited:
            return []
        self.visited.add(url)
        page = self.ask("get", url, [])
        if isinstance(page, HttpResponse) and page.status_code in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
            self.closed.add(url)
        text = page.content.decode(errors="replace") if isinstance(page, HttpResponse) else ""
        own = sorted(set(re.findall(r"[?;]([a-z_]+)=", text)))
        if self._first(f"{shape_of(url)}?{own}"):
            names = sorted({*own, *QUERIES, *LOOKUPS})
            self.ask("get", url, self.odd(self.random.sample(names, self.random.choice([1, 3]))))
        for form in forms_of(text):
            self.send(form.action or url, form)
        address = url.partition("?")[0].removesuffix("change/")
        return sorted(set(re.findall(rf'href="({re.escape(address)}\w+/)[?"]', text)))

    def _first(self, shape: str) -> bool:
        before = len(self.seen)
        self.seen.add(shape)
        return len(self.seen) > before

    def send(self, url: str, form: Form) -> None:
        shape = " ".join((shape_of(url), form.method, *map(shape_of, form.fields)))
        if url.startswith(("/i18n/", *(f"/{begin}" for begin in NOT_FUZZED))) or not self._first(shape):
            return
        form.fields.pop("csrfmiddlewaretoken", None)
        names = sorted(form.fields)
        for n in range(EXAMPLES):
            chosen = names if n == EXAMPLES - 1 else self.random.sample(names, min(n + 1, len(names)))
            changed = self.odd(chosen)
            kept = [(name, value) for name in names if name not in chosen for value in form.fields[name]]
            answer = self.ask(form.method, url, kept + changed, form.files)
            if form.method == "post" and isinstance(answer, HttpResponse):
                self._still_there(url, answer, form, dict(changed))

    def ask(self, method: str, url: str, pairs: Pairs, files: list[str] | None = None) -> Any:
        with undone():
            try:
                answer = self._press(method, url, pairs, files or [])
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")
            except Exception as broken:  # a transaction in which nothing works any more, or a fault of the renderer
                self.faults.append(f"{broken!r}: {method} {url} {pairs} {files}")
                return None
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self.faults.append(f"{answer.status_code} {answer.exc_info!r}: {method} {url} {pairs} {files}")
        return answer

    def _press(self, method: str, url: str, pairs: Pairs, files: list[str]) -> Any:
        """As a browser encodes it; and pressed on where a page asks before money leaves."""
        if method != "post":
            return self.client.get(f"{url}{'&' if '?' in url else '?'}{encoded(pairs)}" if pairs else url)
        if files:
            data: dict[str, Any] = {}
            for name, value in pairs:
                data.setdefault(name, []).append(value.encode("utf-8", "surrogatepass"))
            for field in files:
                content, name = self.random.choice(UPLOADS)
                data[field] = SimpleUploadedFile(name, content)
            return self.client.post(url, data)
        answer = self._post(url, pairs)
        asks = (answer.context or {}).get("confirmation") if answer.status_code == HTTPStatus.OK else None
        return answer if asks is None else self._post(url, [*pairs, (FIELD, asks.seen)])

    def _post(self, url: str, pairs: Pairs) -> Any:
        kind = "application/x-www-form-urlencoded"
        return Client.post(self.client, url, encoded(pairs), content_type=kind)

    def odd(self, names: list[str]) -> Pairs:
        values = [*NASTY, *self.rows.foreign]
        # Several where one is expected, now and then.
        times = [self.random.choice([1, 1, 1, 2]) for _ in names]
        return [(name, self.random.choice(values)) for name, n in zip(names, times, strict=True) for _ in range(n)]

    def _still_there(self, url: str, answer: HttpResponse, sent: Form, changed: dict[str, str]) -> None:
        if answer.status_code not in (400, 409, 422):
            return
        shown: dict[str, list[str]] = {}
        for form in forms_of(answer.content.decode(errors="replace")):
            for name in form.typed:
                shown.setdefault(name, []).extend(form.fields[name])
        for name, value in changed.items():
            if name in SECRETS:
                if any(shown.get(name, [])):
                    self.faults.append(f"echoed: {url} {name}={value!r}, shown {shown[name]}")
                continue
            # What is not printable is changed by encodings and browsers.
            if name in sent.typed and value.isprintable() and value not in shown.get(name, [value]):
                self.faults.append(f"lost: {url} {name}={value!r}, shown {shown[name]}")


def shape_of(text: str) -> str:
    return re.sub(r"\d+", "1", text.partition("?")[0])


def encoded(pairs: Pairs) -> str:
    return "&".join(
        f"{quote_plus(name)}={quote_from_bytes(value.encode('utf-8', 'surrogatepass'))}" for name, value in pairs
    )


@pytest.fixture
def rows(world: World, settings: Any, tmp_path: Path, time_machine: Any) -> DeskRows:
    settings.MEDIA_ROOT = tmp_path
    time_machine.move_to(NOW, tick=False)
    return DeskRows(world)


def test_every_form(rows: DeskRows, sit: Sit, subtests: pytest.Subtests) -> None:
    """A manager sees most forms; support and the administrator those that are theirs alone, and all pages."""
    random, seen, addresses = Random(20261129), set[str](), list(rows.addresses())
    for name in ("mei", "sun", "root"):
        with subtests.test(name):
            fuzzer = Fuzzer(sit(name), rows, random, seen)
            fuzzer.walk(addresses)
            if name != "root":  # who sees the rows as support does
                fuzzer.walk(rows.pages())
                fuzzer.send_old_forms()
            if name == "sun":  # what is left for the administrator alone
                addresses = sorted(fuzzer.closed)
            assert fuzzer.faults[:FEW_FAULTS] == []
    assert len(seen) > 100
