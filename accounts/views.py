"""Login and home. The buyer's own pages come with the storefront."""

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.cache import never_cache

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


@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "home.html", {"desk": may_enter_desk(request.user)})
