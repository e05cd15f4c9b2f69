from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kernel.actors import person_label
from kernel.remarks import in_words
from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopRow

from .order import Order


class Flag(models.TextChoices):
    NONE = "none", _("no flag")
    RED = "red", _("red")
    YELLOW = "yellow", _("yellow")
    GREEN = "green", _("green")
    BLUE = "blue", _("blue")
    PURPLE = "purple", _("purple")


class Note(ShopRow):
    """A remark on an order, by the buyer, the merchant, support or a rule (S-127…S-130)."""

    shop_id = ShopId(parent="order")
    order = ShopForeignKey(Order, models.CASCADE, related_name="notes", verbose_name=_("order"))
    text = models.CharField(_("text"), max_length=500, blank=True)
    # Of the system: its code and facts (kernel/remarks.py) in place of a text, so that everybody reads their language.
    code = models.CharField(max_length=40, blank=True, default="")
    facts = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    flag = models.CharField(_("flag"), max_length=8, choices=Flag.choices, default=Flag.NONE)
    author_kind = models.CharField(max_length=16)
    # Copies without a foreign key: a remark keeps its author after the account is gone.
    author_name = models.CharField(_("author"), max_length=150)
    author_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name, verbose_name_plural = _("remark"), _("remarks")
        ordering = ["id"]
        constraints = [
            SameShop(field="order", name="note_order_same_shop"),
            models.CheckConstraint(condition=Q(flag__in=Flag.values), name="note_flag"),
            models.CheckConstraint(condition=~Q(text="", code=""), name="note_says_something"),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        return self.text or in_words(self.code, self.facts)

    @property
    def author_label(self) -> str:
        return person_label(self.author_kind, self.author_name)
