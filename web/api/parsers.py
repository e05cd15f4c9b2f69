"""How the API reads a body."""

from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class JsonParser(JSONParser):
    """400 for JSON that is nested some thousand levels deep."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        # Only here: endless recursion anywhere else is our own fault and no bad input.
        except RecursionError as error:
            raise ParseError(_("The body is nested too deeply.")) from error
