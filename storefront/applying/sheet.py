"""Everything that the application page shows for one draft. All of it comes from the services and selectors."""

from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID

from aftersales.api.answers_proof import EvidenceAnswer
from aftersales.api.representation.evidence import evidence_json
from aftersales.models import Evidence
from aftersales.selectors.options import Choices
from aftersales.selectors.preview import asks_received
from aftersales.services.evidence import MAX_PICTURE_BYTES, MAX_VIDEO_BYTES
from aftersales.states import Type
from kernel.errors import DomainError

from ..forms.apply import MAX_NOTE, MAX_PHOTOS, Draft
from ..order_words import after_window
from .amount import Amount, amount_of
from .cards import Card, Chip, Group, cards, groups
from .complaints import Complaint, complaints_of
from .goods import Row, Shelf
from .unmet import unmet

PICTURES = "image/jpeg,image/png,image/webp"
VIDEO = "video/mp4"


class Photo(EvidenceAnswer):
    """`attached`: it belongs to the ticket already and stays with it."""

    attached: bool


@dataclass
class Sheet:
    """`attached`: the evidence that the ticket has already, which stays with it; `refused`: why it was not taken.
    `open_complaints`: the sections that said what was wrong when the buyer sent it; they say so until it is cured."""

    choices: Choices
    shelf: Shelf
    draft: Draft
    user_id: int
    attached: frozenset[UUID] = frozenset()
    refused: DomainError | None = None
    open_complaints: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.draft = self.shelf.settled(self.draft)
        self.cards = cards(self.choices, self.draft)
        # After the cards, because the type that is chosen depends on which ones are possible.
        self.dropped = next((card for card in self.cards if self._is_dropped(card)), None)
        self.draft = replace(self.draft, type=self._type(), part=self.draft.part or self._only_claim())

    def _is_dropped(self, card: Card) -> bool:
        """Chosen, and no longer possible for these goods: the page says why, and chooses nothing in its place."""
        return card.option.type == self.draft.type and not card.option.possible

    def _type(self) -> str:
        """The type as chosen. Where only one is possible from the start, that one is chosen for the buyer."""
        possible = [card.option.type for card in self.cards if card.option.possible]
        if self.dropped or self.draft.type in possible:
            return "" if self.dropped else self.draft.type
        return possible[0] if len(possible) == 1 and self.draft.units else ""

    def _only_claim(self) -> bool:
        return any(card.option.only_claim for card in self.cards)

    # --- what is chosen from ------------------------------------------------------------------------

    @cached_property
    def rows(self) -> list[Row]:
        return self.shelf.rows(self.draft)

    @property
    def can_apply(self) -> bool:
        """Is there anything to apply for?"""
        return any(row.possible for row in self.rows)

    @property
    def after_window(self) -> bool:
        return after_window(self.choices.order, self.choices.now)

    @property
    def types(self) -> list[Card]:
        return [replace(card, chosen=card.option.type == self.draft.type) for card in self.cards]

    @property
    def types_closed(self) -> list[Card]:
        """What cannot be applied for; each says why."""
        return [card for card in self.types if not card.option.possible]

    @cached_property
    def reasons(self) -> list[Group]:
        return groups(self.choices, self.draft, self.cards)

    @cached_property
    def chip(self) -> Chip | None:
        """The reason that is chosen, of the type that is chosen."""
        chosen = (group for group in self.reasons if group.type == self.draft.type)
        return next((chip for group in chosen for chip in group.chips if chip.chosen), None)

    @property
    def goods_fingerprint(self) -> str:
        """The facts that decide which types and reasons are possible, and the types that are. The page sends it back,
        so that the server draws them again only when it changed."""
        possible = [card.option.type for card in self.cards if card.option.possible]
        return f"{sorted(self.draft.units.items())} {self.draft.received} {' '.join(possible)}"

    @property
    def swaps(self) -> list[Row]:
        """The chosen lines with something to choose from instead."""
        return [row for row in self.rows if row.chosen and row.variants]

    @property
    def refund_only(self) -> Card | None:
        possible = (card for card in self.cards if card.option.type == Type.REFUND_ONLY and card.option.possible)
        return next(possible, None)

    @cached_property
    def may_claim(self) -> bool:
        """Can money be asked back without units for any of the order's goods (S-058)? Whatever is chosen now: the
        field stays where it is."""
        return any(option.claim_up_to for option in self.choices.options(None, self.draft.received))

    @property
    def asks_received(self) -> bool:
        return asks_received(self.choices, Type.REFUND_ONLY)

    # --- what it comes to ---------------------------------------------------------------------------

    @cached_property
    def amount(self) -> Amount | None:
        """None until goods and a possible type are chosen."""
        chosen = next((card.option for card in self.types if card.chosen and card.option.possible), None)
        if chosen is None or not self.draft.units:
            return None
        return amount_of(self.choices, self.draft, chosen)

    # --- photos ---------------------------------------------------------------------------------------

    @cached_property
    def photos(self) -> list[Photo]:
        """The buyer's own uploads in the order chosen. Files of others are left out."""
        ids = self.draft.evidence
        if not ids:
            return []
        # The ids come from the browser: without the uploader anybody's files could be named.
        own = Evidence.objects.filter(pk__in=ids, uploader_id=self.user_id)
        rows = {row[0]: row for row in own.values_list("pk", "kind", "media_type", "created_at")}
        return [{**evidence_json(*rows[pk]), "attached": pk in self.attached} for pk in ids if pk in rows]

    @property
    def accept(self) -> str:
        return f"{PICTURES},{VIDEO}" if self.choices.order.shop.policy.video_allowed else PICTURES

    max_photos, max_note = MAX_PHOTOS, MAX_NOTE
    max_picture_bytes, max_video_bytes = MAX_PICTURE_BYTES, MAX_VIDEO_BYTES

    # --- why it was not taken -------------------------------------------------------------------------

    @cached_property
    def complaints(self) -> list[Complaint]:
        if not self.open_complaints:
            return complaints_of(self.refused, self.choices.order, named=len(self.choices.lines) > 1)
        error = unmet(self.choices, self.draft, self.amount)
        still = complaints_of(error, self.choices.order, named=len(self.choices.lines) > 1)
        return [complaint for complaint in still if complaint.part in self.open_complaints]

    @property
    def complained(self) -> set[str]:
        return {complaint.part for complaint in self.complaints}


def opened(choices: Choices, *, user_id: int, line: str = "", type_: str = "") -> Sheet:
    """A new application: with all lines that may be chosen, or with the one that the address names."""
    shelf = Shelf(choices)
    units = shelf.selectable()
    if line.isdecimal() and int(line) in units:
        units = {int(line): units[int(line)]}
    draft = Draft(choices.order.currency, units=units, type=type_ if type_ in Type.values else "")
    return Sheet(choices, shelf, draft, user_id)
