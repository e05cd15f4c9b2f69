"""Rows that the admin maintains: reasons by type (S-023), keywords (S-151), canned responses."""

from collections.abc import Iterable

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Shop

from ..states import Fault, Type


class Reason(models.Model):
    """Why a buyer applies. A reason that was used is switched off, not deleted. Labels are columns in both languages
    and not translations, because shops write their own."""

    type = models.CharField(_("type"), max_length=16, choices=Type.choices)
    code = models.SlugField(_("code"), max_length=40)
    label_zh = models.CharField(_("label in Chinese"), max_length=80)
    label_en = models.CharField(_("label in English"), max_length=80)
    fault = models.CharField(_("at fault"), max_length=16, choices=Fault.choices)
    evidence_required = models.BooleanField(_("photo required"), default=False)
    active = models.BooleanField(_("offered"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("reason"), _("reasons")
        ordering = ["type", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["type", "code"], name="reason_once"),
            models.CheckConstraint(condition=Q(type__in=Type.values), name="reason_type"),
            models.CheckConstraint(condition=Q(fault__in=Fault.values), name="reason_fault"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.label_zh if (get_language() or "zh").startswith("zh") else self.label_en


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
    """A text that a shop uses often, to start from. Without a shop it is offered to all shops."""

    shop = models.ForeignKey(Shop, models.CASCADE, null=True, blank=True, verbose_name=_("shop"))
    use = models.CharField(_("for"), max_length=16, choices=Use.choices, default=Use.REJECT)
    title = models.CharField(_("short title"), max_length=40, blank=True)
    text = models.CharField(_("text"), max_length=500)

    class Meta:
        verbose_name, verbose_name_plural = _("canned response"), _("canned responses")
        constraints = [models.CheckConstraint(condition=Q(use__in=Use.values), name="ready_text_use")]

    def __str__(self) -> str:
        return self.title or self.text


def canned_responses(shops: Iterable[int]) -> dict[str, list[tuple[str, str]]]:
    """Use → [(text, title)]: the shops' own before those for all shops, each text once. One statement."""
    rows = CannedResponse.objects.filter(Q(shop__in=list(shops)) | Q(shop=None))
    texts_by_use: dict[str, dict[str, str]] = {use: {} for use in Use.values}
    for row in rows.order_by(F("shop_id").asc(nulls_last=True), "id"):
        texts_by_use[row.use].setdefault(row.text, str(row))
    return {use: list(texts.items()) for use, texts in texts_by_use.items()}
