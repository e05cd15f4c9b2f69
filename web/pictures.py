"""Which pictures of goods a page may show."""

from django.conf import settings
from django.templatetags.static import static

MISSING = "no-picture.svg"


def picture(url: str) -> str:
    """The address of a product's picture where the policy lets the browser fetch it, else a drawn box."""
    # "//" and "/\\" lead to another host: a browser reads the backslash as a slash.
    own = url.startswith("/") and not url.startswith(("//", "/\\"))
    hosted = any(url.startswith(f"{origin}/") for origin in settings.IMAGE_ORIGINS)
    return url if own or hosted else static(MISSING)
