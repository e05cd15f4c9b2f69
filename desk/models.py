"""What a person keeps at the desk for themselves."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class SavedFilter(models.Model):
    """A list as its user left it: `page` is the list ("aftersales_ticket"), `query` its parameters."""

    NAME, QUERY = 40, 500

    user = models.ForeignKey(User, models.CASCADE, related_name="saved_filters", verbose_name=_("user"))
    page = models.CharField(max_length=60)
    name = models.CharField(_("name"), max_length=NAME)
    query = models.CharField(max_length=QUERY)

    class Meta:
        verbose_name, verbose_name_plural = _("saved filter"), _("saved filters")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["user", "page", "name"], name="saved_filter_once")]

    def __str__(self) -> str:
        return self.name
