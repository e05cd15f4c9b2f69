"""`extend`: an app adds panels and verbs to the admin page of a lower app's model, so that imports point down."""

from collections.abc import Iterable

from django.contrib import admin
from django.db.models import Model

from .base import ReadOnlyAdmin
from .parts import Panel, Verb


def extend(
    model: type[Model], *, panels: Iterable[Panel] = (), verbs: Iterable[Verb] = (), at: int | None = None
) -> None:
    """Adds panels and verbs to the page of `model`, behind what is there; with `at`, from that position on.

    Raises TypeError when the page of the model takes none. The model's own app must come first in INSTALLED_APPS.
    """
    page = admin.site.get_model_admin(model)
    if not isinstance(page, ReadOnlyAdmin):
        raise TypeError(f"the admin page of {model.__name__} has no panels or verbs")
    # 10**6 is behind the end of any list: assigning to that slice appends.
    where = slice(at, at) if at is not None else slice(10**6, None)
    # In a list of this page's own: one that it has from its class may be that of other pages too.
    page.panels, page.verbs = list(page.panels), list(page.verbs)  # type: ignore[misc]
    page.panels[where] = list(panels)
    page.verbs[where] = list(verbs)
