"""Fuzzing of the pages: what is typed into the forms of the storefront, asked of its lists and sent as a table is
never a fault of ours (0 answers of 5xx). The same examples in every run."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.tables import Unreadable
from orders.importing import Target, import_file
from orders.importing.columns import FULL
from tests.undone import undone

from .addresses import Address, Rows, every_address
from .browser import Sit
from .markup import Form, forms_of
from .world import World

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.once]
# Edges of what columns, calendars, encodings and addresses hold.
ODD = [
    "", " ", "0", "-1", "1.005", "9" * 30, "1e999", "NaN", "٣", "１２", "true", "null", "'", "\x00", "\x1f",
    "\u202e\u200b", "😀" * 300, "x" * 5000, "/", "..", "%", "_%", "<b>", "{{ 7 }}", "=1+1", "lantern", "alice", "CNY",
    "2026-02-30", "0001-01-01", "9999-12-31", "0001-01-01T00:00", "9999-12-31T23:59", "9999-12-31T23:59:59+14:00",
    "2026-03-02T25:00", "-9223372036854775809", "9223372036854775808", "00000000-0000-0000-0000-000000000000", "[]",
    "1,2,3", "1_2",
]  # fmt: skip
QUERIES = [
    "q", "p", "o", "e", "all", "day", "before", "after", "since", "until", "from", "to", "page", "cursor", "status",
    "type", "shop", "who", "verb", "ids", "first", "search", "next", "view", "line", "currency", "year", "month",
    "assignee", "_popup", "_to_field", "_changelist_filters", "id__exact",
    "placed_at__gte", "created_at__lt", "shop__id__exact",
]  # fmt: skip
FILES = [b"", b"\x00", b"\xff\xfe", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"order_no,courier,tracking_no\nE-1,sf,\x00\n"]
NOT_FUZZED = ("admin/jsi18n/", "admin/autocomplete/", "theme/", "sw.js", "admin/logout/", "logout/")
PAGES = [
    address
    for address in every_address()
    if not address.route.startswith(("api", "notify", "sandbox", "metrics", "readyz", "healthz", *NOT_FUZZED))
    and "^" not in address.route
    and "(?P" not in address.route
]
STOREFRONT = [address for address in PAGES if not address.route.startswith("admin/")]
FEW = settings(max_examples=4)


@pytest.fixture
def rows(world: World, settings: Any, tmp_path: Path) -> Rows:
    settings.MEDIA_ROOT = tmp_path
    return Rows(world)


def no_fault(client: Client, method: str, url: str, data: dict[str, Any]) -> Any:
    with undone():
        answer = getattr(client, method)(url, data)
    assert answer.status_code < 500, (method, url, data)
    return answer


class Fuzzer:
    """As one person: every page with odd parameters, and every form that it shows with odd values."""

    def __init__(self, client: Client, rows: Rows) -> None:
        self.client, self.rows, self.seen = client, rows, set[tuple[str, ...]]()
        client.raise_request_exception = False
        self.forms = 0

    def ask(self, address: Address) -> None:
        url = address.url(self.rows.real(address))
        self._queries(url)
        with undone():
            answer = self.client.get(url)
        assert answer.status_code < 500, url
        if answer.streaming or answer.status_code != 200:
            self._post(url, Form("", "post", {name: [""] for name in QUERIES}))
            return
        for form in forms_of(answer.content.decode(errors="replace")):
            shape = (address.route, form.method, form.action.partition("?")[0], *sorted(form.fields))
            if shape not in self.seen and not form.action.startswith(("/i18n/", "/logout", "/theme")):
                self.seen.add(shape)
                self.forms += 1
                self._post(form.action or url, form)

    def _queries(self, url: str) -> None:
        @FEW
        @given(st.dictionaries(st.sampled_from(QUERIES), st.sampled_from(ODD), min_size=1, max_size=4))
        def asked(query: dict[str, str]) -> None:
            no_fault(self.client, "get", url, query)

        asked()

    def _post(self, url: str, form: Form) -> None:
        names = sorted(form.fields)
        changes = st.dictionaries(st.sampled_from(names), st.sampled_from(ODD), max_size=4) if names else st.just({})

        @FEW
        @given(changes, st.sampled_from(FILES))
        def sent(changed: dict[str, str], content: bytes) -> None:
            data: dict[str, Any] = {name: values for name, values in form.fields.items() if values} | changed
            data |= {name: SimpleUploadedFile("x.csv", content) for name in form.files if content}
            no_fault(self.client, "post" if form.method == "post" else "get", url, data)

        sent()


def fuzz(client: Client, rows: Rows, addresses: list[Address], subtests: pytest.Subtests) -> int:
    fuzzer = Fuzzer(client, rows)
    for address in addresses:
        with subtests.test(address.route):
            fuzzer.ask(address)
    return fuzzer.forms


def test_the_storefront(rows: Rows, sit: Sit, subtests: pytest.Subtests) -> None:
    assert fuzz(sit("alice"), rows, STOREFRONT, subtests) > 10


# --- tables ----------------------------------------------------------------------------------------------

CELLS = st.one_of(
    st.sampled_from(ODD),
    st.sampled_from(
        ["E-1", "TEE", "alice", "9.00", "1", "sandbox", "PAY-1", "2026-03-01T10:00:00+08:00", "paid", "sf"]
    ),
    st.text(max_size=8),
)
NAMES = st.lists(st.sampled_from([*FULL, "?", ""]), min_size=1, max_size=len(FULL))


@st.composite
def tables(draw: st.DrawFn, names: list[str]) -> bytes:
    header = draw(st.one_of(st.just(names), NAMES))
    rows = [header, *draw(st.lists(st.lists(CELLS, min_size=1, max_size=len(header)), max_size=5))]
    text = "\n".join(draw(st.sampled_from([",", ";", "\t"])).join(row) for row in rows)
    encoded = text.encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"])), "replace")
    cut = draw(st.integers(0, 40))
    return encoded[: len(encoded) - cut] if cut < 20 else encoded


def test_import_files(world: World, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    target, told = Target(world.lantern, timezone.now()), list[str]()

    @settings(max_examples=150)
    @given(st.one_of(tables(list(FULL)), st.binary(max_size=200)))
    def imported(content: bytes) -> None:
        path.write_bytes(content)
        with undone():
            try:
                import_file(path, target, dry_run=False)
            except Unreadable as refusal:  # in a sentence, for the command
                told.append(str(refusal))

    imported()
    assert all(told)


def test_the_shipping_list(world: World, sit: Sit) -> None:
    world.place_order(order_no="E-1")
    client = sit("mei")
    client.raise_request_exception = False
    names = ["order_no", "courier", "tracking_no", "sku", "quantity"]

    @settings(max_examples=60)
    @given(st.one_of(tables(names), st.binary(max_size=200)), st.sampled_from(["x.csv", "x.xlsx", "x.csv.gz"]))
    def uploaded(content: bytes, name: str) -> None:
        answer = no_fault(client, "post", "/admin/ship/", {"file": SimpleUploadedFile(name, content)})
        assert answer.status_code in (200, 400, 413, 429)

    uploaded()
