"""The login and one's own password. The buyer's own pages are the storefront's."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from kernel.errors import DomainError, Invalid
from web.context import Context

from .access import may_enter_desk
from .login import devices
from .login.demo_accounts import demo_logins
from .login.passwords import check_own_password
from .login.tries import check as check_tries

MAX_NAME = 150  # characters, as in the table


class LoginForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _("Wrong user name or password. Check both and try again."),
        "inactive": _("This account is closed. Contact customer service if you have questions."),
    }

    def clean_username(self) -> str:
        # No name is longer; the count of failed logins has no room for it either.
        username: str = self.cleaned_data["username"]
        if len(username) > MAX_NAME:
            raise self.get_invalid_login_error()
        return username


class Login(LoginView):
    """Staff land at the desk, buyers at home; a buyer who followed a link to the desk does too."""

    template_name = "login.html"
    form_class = LoginForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            check_tries(request)
            return super().post(request, *args, **kwargs)
        except DomainError as refusal:
            return self.refused(refusal)

    def refused(self, refusal: DomainError) -> HttpResponse:
        """Too often: the name stays in its field, which is not judged."""
        context = self.get_context_data(form=self.form_class(self.request), refusal=refusal, typed=self.request.POST)
        response = self.render_to_response(context, status=refusal.http_status)
        response["Retry-After"] = str(refusal.details["retry_after"])
        return response

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        devices.remember(self.request, response, form.get_user().get_username())
        return response

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


class PasswordForm(PasswordChangeForm):
    """The present password is checked as at the login: wrong ones count for the lockout."""

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        for field in self.fields.values():
            field.widget.attrs |= {"class": "as-input", "maxlength": 128}

    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        try:
            check_own_password(self.request, self.user, password)
        except Invalid as refusal:
            raise ValidationError(refusal.errors["password"] if refusal.errors else refusal.message) from refusal
        return password


@method_decorator(never_cache, name="dispatch")
class OwnPassword(PasswordChangeView):
    """Every other session ends with the change, because it carries a hash of the password, and so do the tokens
    (migration 0005). This session goes on."""

    template_name = "password.html"
    form_class = PasswordForm
    success_url = reverse_lazy("account")

    def get_form_kwargs(self) -> Any:
        return {**super().get_form_kwargs(), "request": self.request}

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(
            self.request, _("Your password was changed. Other browsers and programs will need to log in again.")
        )
        return super().form_valid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=400)
