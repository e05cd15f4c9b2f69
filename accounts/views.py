"""The login. The buyer's own pages are the storefront's."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext_lazy as _

from web.context import Context

from .access import may_enter_desk
from .demo_accounts import demo_logins


class LoginForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _("The name or the password is wrong. Check both and try again."),
        "inactive": _("This account is closed. Ask customer service about it."),
    }


class Login(LoginView):
    """Staff land at the desk, buyers at home; a buyer who followed a link to the desk does too."""

    template_name = "login.html"
    form_class = LoginForm

    def get_success_url(self) -> str:
        target = self.get_redirect_url()
        desk = may_enter_desk(self.request.user)
        if target and (desk or not target.startswith(resolve_url("admin:index"))):
            return target
        return resolve_url("admin:index") if desk else resolve_url("home")

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """The name stays in its field; the status is 400, because the login failed."""
        return self.render_to_response(self.get_context_data(form=form), status=400)

    def get_context_data(self, **kwargs: Any) -> Context:
        return super().get_context_data(**kwargs) | {"demo_logins": demo_logins()}
