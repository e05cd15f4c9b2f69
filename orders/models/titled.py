from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.languages import pick


class Titled(models.Model):
    """What goods are called, in Chinese and in English. A shop that writes one language only fills in the first of the
    two columns, whichever language it is."""

    title = models.CharField(_("title"), max_length=240)
    title_en = models.CharField(_("title in English"), max_length=240, blank=True, default="", db_default="")
    spec = models.CharField(_("specification"), max_length=240, blank=True)
    spec_en = models.CharField(_("specification in English"), max_length=240, blank=True, default="", db_default="")

    class Meta:
        abstract = True

    @property
    def shown_title(self) -> str:
        return pick(self.title, self.title_en)

    @property
    def shown_spec(self) -> str:
        return pick(self.spec, self.spec_en)

    @property
    def shown_name(self) -> str:
        """Title and specification on one line."""
        return " · ".join(filter(None, (self.shown_title, self.shown_spec)))
