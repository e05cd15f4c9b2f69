"""The login. The buyer's own pages are the storefront's."""

from django.contrib.auth.views import LoginView
from django.shortcuts import resolve_url

from .access import may_enter_desk


class Login(LoginView):
    """Staff land at the desk, buyers at home; a buyer who followed a link to the desk does too."""

    template_name = "login.html"

    def get_success_url(self) -> str:
        wanted = self.get_redirect_url()
        desk = may_enter_desk(self.request.user)
        if wanted and (desk or not wanted.startswith(resolve_url("admin:index"))):
            return wanted
        return resolve_url("admin:index") if desk else resolve_url("home")
