"""What a buyer has filled in on the application page so far.

Not a Django form: what is possible depends on every choice, so the page is drawn from a draft, and values that the
services would refuse are kept in it and shown again."""

import re
import unicodedata
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID, uuid4

from django.http import QueryDict
from django.utils.translation import gettext as _

from aftersales.rules.application import Application, LineRequest
from aftersales.states import Type
from kernel.errors import Invalid
from kernel.money import places
from web.fields import MORE_DECIMALS, has_more_decimals
from web.money import without_sign

MAX_PHOTOS = 9
MAX_NOTE = 2000  # the column
_UNITS = re.compile(r"[0-9]{1,9}", re.ASCII)
_MONEY = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?", re.ASCII)
_CODE = re.compile(r"[\w.+-]{1,64}")
RECEIVED = {"yes": True, "no": False}


@dataclass
class Draft:
    """`currency`: of the order. `units`: line id → units of the chosen lines. `swaps`: line id → SKU code wanted
    instead. `reasons`: type → reason code, so that nothing is lost when the buyer changes the type. `sub_reasons`:
    (type, reason code) → which kind of it. `typed`: line id → units as typed. `complaints`: field → what cannot be
    read."""

    currency: str
    units: dict[int, int] = field(default_factory=dict)
    swaps: dict[int, str] = field(default_factory=dict)
    type: str = ""
    reasons: dict[str, str] = field(default_factory=dict)
    sub_reasons: dict[tuple[str, str], str] = field(default_factory=dict)
    received: bool | None = None
    part: bool = False
    claimed: str = ""
    description: str = ""
    evidence: list[UUID] = field(default_factory=list)
    token: str = field(default_factory=lambda: str(uuid4()))
    typed: dict[int, str] = field(default_factory=dict)
    complaints: dict[str, list[str]] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        return self.reasons.get(self.type, "")

    @property
    def sub_reason(self) -> str:
        return self.sub_reasons.get((self.type, self.reason), "")

    @property
    def claims(self) -> bool:
        return self.part and self.type == Type.REFUND_ONLY

    @property
    def amount(self) -> Decimal | None:
        """The amount that is claimed without giving units back; None while it cannot be read."""
        return amount_of(self.claimed, self.currency) if self.claims else None

    def goods(self, type_: str = "") -> tuple[LineRequest, ...]:
        """The chosen lines, as an application of `type_` names them."""
        swap = (type_ or self.type) == Type.EXCHANGE
        return tuple(LineRequest(pk, units, self.swaps.get(pk, "") if swap else "") for pk, units in self.units.items())

    def application(self) -> Application:
        """The application as far as it is filled in."""
        return Application(
            self.type, self.reason, self.goods(), self.description, self.amount, self.received, tuple(self.evidence),
            self.sub_reason,
        )  # fmt: skip

    def finished(self) -> Application:
        """The application to be sent. Invalid (400) where something is missing or cannot be read."""
        errors = dict(self.complaints)
        if self.type not in Type.values:
            errors["type"] = [_("Choose a service.")]
        if self.claims and self.amount is None:
            errors["claimed_amount"] = [self._unread()]
        if errors:
            raise Invalid(errors=errors)
        return self.application()

    def _unread(self) -> str:
        """Why the claimed amount cannot be read."""
        typed = _plain(self.claimed, self.currency)
        if _MONEY.fullmatch(typed) and has_more_decimals(typed, self.currency):
            return MORE_DECIMALS.format(currency=self.currency)
        example = "10.00" if places(self.currency) else "10"
        return _("Enter an amount above zero, such as %(example)s.") % {"example": example}

    def without(self, photo: str) -> "Draft":
        return replace(self, evidence=[pk for pk in self.evidence if str(pk) != photo])

    def moved(self, photo: str, by: int) -> "Draft":
        photos = list(self.evidence)
        index = next((index for index, pk in enumerate(photos) if str(pk) == photo), None)
        if index is not None and 0 <= index + by < len(photos):
            photos.insert(index + by, photos.pop(index))
        return replace(self, evidence=photos)

    def complain(self, name: str, text: str) -> None:
        if text not in self.complaints.setdefault(name, []):
            self.complaints[name].append(text)


def amount_of(text: str, currency: str) -> Decimal | None:
    """ "￥1,234.5", "US$ 10", "10 USD" as people type it → Decimal; None for what is no amount above zero, or none in
    this currency."""
    plain = _plain(text, currency)
    if not _MONEY.fullmatch(plain) or has_more_decimals(plain, currency):
        return None
    return Decimal(plain).quantize(Decimal("0.01")) or None


def _plain(text: str, currency: str) -> str:
    # Full-width digits and signs of Chinese keyboards become ASCII.
    return without_sign(unicodedata.normalize("NFKC", text), currency).replace(",", "")


def read(data: QueryDict, currency: str) -> Draft:
    """The posted page. Nothing is refused here: what cannot be read becomes a complaint of the draft."""
    draft = Draft(
        currency,
        type=data.get("type", "") if data.get("type", "") in Type.values else "",
        received=RECEIVED.get(data.get("received", "")),
        part=data.get("how") == "part",
        claimed=_printable(data.get("claimed_amount", ""))[:20],
        description=_printable(data.get("description", "").replace("\r\n", "\n")),
    )
    draft.reasons = {type_: data.get(f"reason_{type_}", "") for type_ in Type.values}
    draft.reasons = {type_: code for type_, code in draft.reasons.items() if _CODE.fullmatch(code)}
    for type_, code in draft.reasons.items():
        kind = data.get(f"sub_reason_{type_}_{code}", "")
        if _CODE.fullmatch(kind):
            draft.sub_reasons[type_, code] = kind
    # Not cut: the buyer decides what to leave out.
    if len(draft.description) > MAX_NOTE:
        draft.complain("description", _("Your note is too long. Use up to %(most)d characters.") % {"most": MAX_NOTE})
    # A page without a token of its own gets a new one, and is then not protected against being sent twice.
    token = data.get("token", "")
    if _uuid(token):
        draft.token = token
    _read_goods(draft, data)
    _read_photos(draft, data)
    return draft


def _read_goods(draft: Draft, data: QueryDict) -> None:
    for raw in dict.fromkeys(data.getlist("line")):
        if not _UNITS.fullmatch(raw):
            draft.complain("lines", _("This order doesn't have that line. Use a line_id from the order."))
            continue
        pk, typed = int(raw), unicodedata.normalize("NFKC", data.get(f"quantity_{raw}", "1")).strip()[:12]
        draft.typed[pk], draft.units[pk] = typed, 1
        if _UNITS.fullmatch(typed) and int(typed) > 0:
            draft.units[pk] = int(typed)
        else:
            draft.complain("lines", _("Enter the quantity as a whole number, at least 1."))
        code = data.get(f"exchange_sku_{raw}", "")
        if code and len(code) <= 64 and code.isprintable():
            draft.swaps[pk] = code


def _read_photos(draft: Draft, data: QueryDict) -> None:
    for raw in dict.fromkeys(data.getlist("evidence")):
        if photo := _uuid(raw):
            draft.evidence.append(photo)
        else:
            draft.complain("evidence", _("Upload each file first, and use it for one ticket only."))
    if len(draft.evidence) > MAX_PHOTOS:
        draft.complain("evidence", _("You can add up to %(most)d files.") % {"most": MAX_PHOTOS})


def _uuid(raw: str) -> UUID | None:
    try:
        return UUID(raw)
    except ValueError:
        return None


def _printable(text: str) -> str:
    """Without the control characters and lone surrogates that a text column cannot store."""
    return "".join(char for char in text if char == "\n" or unicodedata.category(char) not in ("Cc", "Cs"))


def draft_of(application: Application, currency: str) -> Draft:
    """An application that was sent before, to be changed. `currency`: of the order."""
    return Draft(
        currency,
        units={item.line_id: item.quantity for item in application.lines},
        swaps={item.line_id: item.exchange_sku for item in application.lines if item.exchange_sku},
        type=application.type,
        reasons={application.type: application.reason},
        sub_reasons={(application.type, application.reason): application.sub_reason},
        received=application.received,
        part=application.claimed_amount is not None,
        claimed="" if application.claimed_amount is None else f"{application.claimed_amount:.{places(currency)}f}",
        description=application.description,
        evidence=list(application.evidence),
    )
