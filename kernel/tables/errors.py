from typing import Any

from django.utils.translation import gettext


class Unreadable(Exception):
    """One sentence for a person: nothing of this file can be used. `sentence` is marked with `gettext_noop`, so that a
    command says it in English and a page in the language of its reader."""

    def __init__(self, sentence: str, *, too_large: bool = False, **values: Any) -> None:
        self.sentence, self.values, self.too_large = sentence, values, too_large
        super().__init__(sentence)

    def __str__(self) -> str:
        return self.sentence % self.values if self.values else self.sentence

    @property
    def translated(self) -> str:
        text = gettext(self.sentence)
        return text % self.values if self.values else text
