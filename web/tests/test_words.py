"""Punctuation in templates, as the page's language writes it."""

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.safestring import SafeString


def drawn(source: str, language: str, **values: object) -> str:
    with translation.override(language):
        return Template("{% load words %}" + source).render(Context(values))


@pytest.mark.parametrize(("language", "shown"), [("en", "Reason: a&amp;b"), ("zh-hans", "Reason：a&amp;b")])
def test_a_label_before_its_value(language: str, shown: str) -> None:
    assert drawn("{{ label|colon }}{{ value }}", language, label="Reason", value="a&b") == shown


@pytest.mark.parametrize(
    ("language", "texts", "shown"),
    [
        ("en", ["Too late.", "Say why <b>"], "Too late. Say why &lt;b&gt;."),
        ("en", ["", "It said “no.”"], "It said “no.”"),
        ("zh-hans", ["太晚了。", "请说明理由"], "太晚了。请说明理由。"),
    ],
)
def test_sentences_in_a_row(language: str, texts: list[str], shown: str) -> None:
    assert drawn("{{ texts|in_a_row }}", language, texts=texts) == shown
    assert drawn("{{ one|followed_by:two }}", language, one=texts[0], two=texts[1]) == shown


@pytest.mark.parametrize(("language", "word"), [("en", "yes"), ("zh-hans", "是")])
def test_the_icons_of_djangos_admin_have_words(language: str, word: str) -> None:
    cell = SafeString('<img src="/static/admin/img/icon-yes.svg" alt="True">')
    assert f'alt="{word}"' in drawn("{{ cell|named_icons }}", language, cell=cell)
