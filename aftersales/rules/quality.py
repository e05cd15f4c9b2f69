"""Which way a claim of quality goes (S-078, S-079, S-103). Pure functions."""

from ..states import QUALITY_REASONS, QualityPath
from .eligibility import days_after_signing
from .facts import Facts

QUALITY_DAYS = 3


def quality_path(facts: Facts) -> str:
    """Empty for other reasons. Three days of the local calendar after the day of signing, counted as those of the
    no-reason return; the first application is in time or not (B-17)."""
    if facts.reason is None or facts.reason.code not in QUALITY_REASONS:
        return ""
    ends = days_after_signing((requested.line for requested in facts.requested_lines), QUALITY_DAYS)
    # Not signed for yet, as far as known: the days have not begun.
    early = ends is None or (facts.first_applied_at or facts.now) < ends
    return (QualityPath.EARLY if early else QualityPath.LATE).value
