"""The logins of the demo, for whoever makes them and for the login page of a developer's machine."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..models import User

PASSWORD = "aftersales-demo"  # noqa: S105  (printed by `make run`; contract §3)


@dataclass(frozen=True)
class DemoLogin:
    name: str
    role: "str | Promise"
    password: str = PASSWORD


LOGINS = (
    DemoLogin("alice", _("buyer")),
    DemoLogin("bob", _("buyer")),
    DemoLogin("carol", _("buyer")),
    DemoLogin("dave", _("buyer")),
    DemoLogin("erin", _("buyer")),
    DemoLogin("frank", _("buyer")),
    DemoLogin("grace", _("buyer")),
    DemoLogin("mei", _("manager of shop lantern")),
    DemoLogin("wen", _("agent of shop lantern")),
    DemoLogin("rui", _("manager of shop harbor")),
    DemoLogin("sun", _("support agent")),
    DemoLogin("song", _("support supervisor")),
    DemoLogin("root", _("administrator")),
)


def demo_logins() -> list[DemoLogin]:
    """Those that the demo made here; nobody where DEBUG is off."""
    if not settings.DEBUG:
        return []
    there = set(User.objects.filter(username__in=[login.name for login in LOGINS]).values_list("username", flat=True))
    return [login for login in LOGINS if login.name in there]
