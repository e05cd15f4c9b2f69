"""Advice that buyers read before they apply: the shop's own words, or the usual text where it wrote none.

The usual texts take no right away: a return without a reason and the duty for hidden defects stay as they are."""

from typing import Literal

from django.utils.translation import gettext as _

from kernel.languages import reads_chinese

from .models import Shop

Subject = Literal["not_quality", "refuse_parcel"]
SUBJECTS: tuple[Subject, ...] = ("not_quality", "refuse_parcel")
LANGUAGES = ("zh", "en")
COLUMNS = tuple(f"{subject}_{language}" for subject in SUBJECTS for language in LANGUAGES)


def advice(shop: Shop, subject: Subject) -> str:
    # A text in the other language only does not stand in: the usual one is there in both.
    language = "zh" if reads_chinese() else "en"
    own: str = getattr(shop, f"{subject}_{language}")
    return own.strip() or usual(subject)


def usual(subject: Subject) -> str:
    if subject == "not_quality":  # S-077
        return _(
            "These aren't quality problems on their own: loose threads, small blemishes, colours that look different "
            "on screen, the fit, the thickness, transparency or feel of the fabric, a loose button, or goods that "
            "aren't what you imagined. You can still return them without giving a reason within the no-reason period."
        )
    return _(  # S-145
        "If the parcel is damaged, opened or incomplete, take photos and refuse it. It goes back to the shop, and "
        "you send a request as usual. If you've already signed for it, attach the photos to your request."
    )
