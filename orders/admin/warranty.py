"""三包 by category: the law's rows to read, a shop's own to keep (D-8)."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.scope import ShopFilter, ShopOwned, keeper_of
from kernel.errors import Invalid

from ..models import WarrantyTerm
from ..warranty import services
from ..warranty.terms import key


class TermForm(forms.ModelForm):
    class Meta:
        model = WarrantyTerm
        fields = ("shop", "category", *services.DAYS)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not all(name in data for name in services.DAYS):
            return data
        category = self.instance.category if self.instance.pk else key(data.get("category", ""))
        try:
            services.check_terms(category, {name: data[name] for name in services.DAYS})
        except Invalid as refused:
            for name, texts in (refused.errors or {}).items():
                self.add_error(name if name in self.fields else None, texts)
        self._once(data.get("shop"), category)
        return data

    def _once(self, shop: Any, category: str) -> None:
        if not self.instance.pk and shop and WarrantyTerm.objects.filter(shop=shop, category=category).exists():
            self.add_error(NON_FIELD_ERRORS, _("The shop already has this category. Edit that entry instead."))


@admin.register(WarrantyTerm)
class WarrantyTermAdmin(ShopOwned):
    shared = True  # everybody reads the law's
    form = TermForm
    list_display = ("category", "days", "whose")
    list_filter = (ShopFilter,)
    search_fields = ("category",)
    fields = ("shop", "category", *services.DAYS)
    help_texts = {
        "category": _("As written on your SKUs. Legal categories are built in; you can add your own."),
        "return_days": _("From delivery, at least 7: the buyer can return faulty goods."),
        "exchange_days": _("From delivery, at least 15: the buyer can exchange faulty goods."),
        "repair_days": _("From delivery: free repairs. A SKU's own period applies if it's longer."),
    }

    @admin.display(description=_("days from delivery"))
    def days(self, row: WarrantyTerm) -> str:
        numbers = {name: getattr(row, name) for name in services.DAYS}
        return _("return %(return_days)d · exchange %(exchange_days)d · repair %(repair_days)d") % numbers

    @admin.display(description=_("shop"))
    def whose(self, row: WarrantyTerm) -> str:
        return row.shop.shown_name if row.shop else str(_("legal, for all shops"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("shop", "category") if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A row of the law changes with the program alone."""
        return super().has_change_permission(request, obj) and (obj is None or obj.shop_id is not None)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        formfield = super().formfield_for_dbfield(db_field, request, **kwargs)
        if formfield is not None and db_field.name == "shop":
            formfield.required, formfield.empty_label = True, None  # nobody adds to the law here
        return formfield

    def save_model(self, request: HttpRequest, obj: WarrantyTerm, form: Any, change: bool) -> None:
        days = {name: getattr(obj, name) for name in services.DAYS}
        actor = keeper_of(request, obj.shop_id or 0)
        obj.pk = services.set_terms(obj.shop, obj.category, days, actor=actor).pk  # type: ignore[arg-type]

    def delete_model(self, request: HttpRequest, obj: WarrantyTerm) -> None:
        services.remove_terms(obj, actor=keeper_of(request, obj.shop_id or 0))
