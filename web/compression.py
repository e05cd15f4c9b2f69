"""Pages and their styles are sent compressed, also where there is no proxy that would do it."""

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

# Pictures and videos are compressed already, and programs' answers are the proxy's business.
TEXTS = ("text/html", "text/css", "text/javascript", "image/svg+xml")


class Compressed(GZipMiddleware):
    """Whitenoise compresses ahead of time in production; what it has compressed is left alone."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.headers.get("Content-Type", "").startswith(TEXTS):
            return super().process_response(request, response)
        return response
