"""Bodies that anybody may send: bounded before they are read, and forms in which each name stands once."""

from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse, UnreadablePostError


def bounded_body(request: HttpRequest, most: int) -> bytes | HttpResponse:
    """At most `most` bytes; or the answer: 413 for more, 400 where whoever sent it is gone."""
    try:
        body = request.read(most + 1)
    except UnreadablePostError:
        return HttpResponse(status=400)
    return HttpResponse(status=413) if len(body) > most else body


def form_of(body: bytes, most_fields: int) -> dict[str, str]:
    """Name → value of a form in UTF-8. Raises ValueError, which tells nothing of the content, where it is none, and
    where a name is there twice: which of the two was signed could not be known."""
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=most_fields
        )
    except ValueError:
        raise ValueError("no form") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise ValueError("a name twice")
    return form
