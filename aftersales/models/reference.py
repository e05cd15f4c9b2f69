"""Rows that the admin maintains: reasons by type (S-023), keywords (S-151), canned responses."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Shop
from kernel.languages import pick

from ..states import NO_REASON, Fault, Type


class Reason(models.Model):
    """Why a buyer applies. A reason that was used is switched off, not deleted. Labels are columns in both languages
    and not translations, because shops write their own.

    Without a shop it is offered by all. A shop adds its own, and its own row of a code stands in the place of the one
    for all shops: with other words, or switched off (S-167). With a `parent` it says more closely what that one means
    (S-026)."""

    shop = models.ForeignKey(Shop, models.PROTECT, null=True, blank=True, verbose_name=_("shop"))
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        limit_choices_to={"parent": None},
        verbose_name=_("a kind of"),
    )
    type = models.CharField(_("type"), max_length=16, choices=Type.choices)
    code = models.SlugField(_("code"), max_length=40)
    label_zh = models.CharField(_("label in Chinese"), max_length=80)
    label_en = models.CharField(_("label in English"), max_length=80)
    fault = models.CharField(_("at fault"), max_length=16, choices=Fault.choices)
    evidence_required = models.BooleanField(_("photo required"), default=False)
    active = models.BooleanField(_("offered"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    kinds: "list[Reason]" = []  # filled by `on_offer`

    class Meta:
        verbose_name, verbose_name_plural = _("reason"), _("reasons")
        ordering = ["type", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["shop", "type", "code"], name="reason_once", nulls_distinct=False),
            models.CheckConstraint(condition=Q(type__in=Type.values), name="reason_type"),
            models.CheckConstraint(condition=Q(fault__in=Fault.values), name="reason_fault"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return pick(self.label_zh, self.label_en)

    def clean(self) -> None:
        """What a shop may change is its own choice; what the law gives the buyer is not."""
        errors: dict[str, str] = {}
        if self.parent is not None:
            errors |= self._kind_errors(self.parent)
        if self.shop_id is not None:
            general = Reason.objects.filter(shop=None, type=self.type, code=self.code).first()
            errors |= self._own_errors(general) if general else {}
        if errors:
            raise ValidationError({name: [text] for name, text in errors.items()})

    def _kind_errors(self, parent: "Reason") -> dict[str, str]:
        if parent.type != self.type or parent.parent_id is not None or parent.shop_id not in (None, self.shop_id):
            return {"parent": gettext("Choose a top-level reason of the same type and shop.")}
        if parent.fault != self.fault:
            return {"fault": gettext("Use the same party as the reason it belongs to.")}
        return {}

    def _own_errors(self, general: "Reason") -> dict[str, str]:
        errors = {}
        if self.fault != general.fault:
            errors["fault"] = gettext("Every shop uses the same party at fault for this reason. It can't be changed.")
        if self.evidence_required and not general.evidence_required:
            errors["evidence_required"] = gettext("You can stop asking for photos here, but you can't start.")
        if self.parent_id != general.parent_id:
            errors["parent"] = gettext("Keep the reason it belongs to: it is the same for all shops.")
        if not self.active and (general.fault != Fault.BUYER or general.code == NO_REASON):
            errors["active"] = gettext("Buyers have a legal right to this reason, so it can't be turned off.")
        return errors


def on_offer(rows: Iterable[Reason]) -> list[Reason]:
    """What a buyer may choose, in order, of the rows of one shop and of those for all shops, the switched-off ones
    among them. Each has its `kinds`."""
    by_code: dict[tuple[str, str], Reason] = {}
    rows = list(rows)
    codes = {row.pk: row.code for row in rows}
    for row in sorted(rows, key=lambda row: row.shop_id is not None):
        by_code[row.type, row.code] = row  # the shop's own comes after the one for all
    offered = sorted((row for row in by_code.values() if row.active), key=lambda row: (row.type, row.position, row.pk))
    for row in offered:
        row.kinds = [kind for kind in offered if kind.type == row.type and codes.get(kind.parent_id or 0) == row.code]
    return [row for row in offered if row.parent_id is None]


def reasons_of(shop_id: int | None, **which: object) -> list[Reason]:
    """What the buyers of this shop may choose; None: of any shop. One statement."""
    return on_offer(Reason.objects.filter(Q(shop=None) | Q(shop_id=shop_id), **which))


class Keyword(models.Model):
    """A word by which a description is recognised as one type. Without a shop it applies to all shops."""

    shop = models.ForeignKey(Shop, models.CASCADE, null=True, blank=True, verbose_name=_("shop"))
    type = models.CharField(_("type"), max_length=16, choices=Type.choices)
    word = models.CharField(_("word"), max_length=40)

    class Meta:
        verbose_name, verbose_name_plural = _("keyword"), _("keywords")
        constraints = [
            # Without `nulls_distinct=False` a word for all shops (shop is NULL) could be entered twice.
            models.UniqueConstraint(fields=["shop", "type", "word"], name="keyword_once", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return self.word


class Use(models.TextChoices):
    REJECT = "reject", _("rejections")
    REPLY = "reply", _("replies to buyers")


class CannedResponse(models.Model):
    """A text that a shop uses often, to start from, in one language or in two: who uses it inserts the one that they
    read the desk in. Without a shop it is offered to all shops."""

    shop = models.ForeignKey(Shop, models.CASCADE, null=True, blank=True, verbose_name=_("shop"))
    use = models.CharField(_("for"), max_length=16, choices=Use.choices, default=Use.REJECT)
    title = models.CharField(_("short title"), max_length=40, blank=True)
    text = models.CharField(_("text"), max_length=500)
    title_en = models.CharField(_("short title in English"), max_length=40, blank=True, default="", db_default="")
    text_en = models.CharField(_("text in English"), max_length=500, blank=True, default="", db_default="")

    class Meta:
        verbose_name, verbose_name_plural = _("canned response"), _("canned responses")
        constraints = [models.CheckConstraint(condition=Q(use__in=Use.values), name="ready_text_use")]

    def __str__(self) -> str:
        return pick(self.title or self.text, self.title_en or self.text_en)

    @property
    def shown_text(self) -> str:
        return pick(self.text, self.text_en)

    def clean(self) -> None:
        if self.title_en and not self.text_en:
            raise ValidationError({"text_en": [gettext("Write the English text too, or leave the title empty.")]})


def canned_responses(shops: Iterable[int]) -> dict[str, list[tuple[str, str]]]:
    """Use → [(text, title)], in the reader's language: the shops' own before those for all shops, each text once. One
    statement."""
    rows = CannedResponse.objects.filter(Q(shop__in=list(shops)) | Q(shop=None))
    texts_by_use: dict[str, dict[str, str]] = {use: {} for use in Use.values}
    for row in rows.order_by(F("shop_id").asc(nulls_last=True), "id"):
        texts_by_use[row.use].setdefault(row.shown_text, str(row))
    return {use: list(texts.items()) for use, texts in texts_by_use.items()}
