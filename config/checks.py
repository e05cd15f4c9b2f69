"""Checks at every start that no unit test can make: what is installed here, and what the environment says."""

from collections.abc import Sequence
from importlib import metadata
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from accounts.privacy.retention import MAX_YEARS, MIN_YEARS
from kernel.shops.cells import MAX_CELL
from refunds import channel_settings, gateways
from refunds.gateways.wording import finding_text


def _installed(distribution: str) -> bool:
    try:
        metadata.distribution(distribution)
    except metadata.PackageNotFoundError:
        return False
    return True


@register
def one_state_machine(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """django-fsm and django-fsm-2 install the same module over each other, and `pip check` says nothing."""
    if _installed("django-fsm") and _installed("django-fsm-2"):
        return [
            Error(
                "Both django-fsm and django-fsm-2 are installed; they overwrite each other's files.",
                hint="pip uninstall django-fsm django-fsm-2, then install from requirements.lock again.",
                id="config.E001",
            )
        ]
    return []


@register
def cell_in_range(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    if 0 <= settings.CELL <= MAX_CELL:
        return []
    return [Error(f"CELL is {settings.CELL}; it must be 0 to {MAX_CELL}.", id="config.E002")]


@register
def records_are_kept_long_enough(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """D-6."""
    if MIN_YEARS <= settings.RETENTION_YEARS <= MAX_YEARS:
        return []
    text = (
        f"RETENTION_YEARS is {settings.RETENTION_YEARS}; it must be {MIN_YEARS} to {MAX_YEARS}. The law has records of"
        " transactions kept for three years after they were completed (E-Commerce Law art. 31)."
    )
    return [Error(text, id="config.E003")]


@register
def channels_are_set_up_whole(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """A channel with half of its settings, or a key that cannot be used, would keep its refunds waiting in silence."""
    if sentences := channel_settings.problems(settings):
        return [Error(sentence, hint="docs/channels.md", id="config.E004") for sentence in sentences]
    on = [channel for channel in channel_settings.REQUIRED if channel_settings.is_on(channel, settings)]
    findings = {channel: finding for channel in on if (finding := _unusable(channel))}
    return [Error(finding_text(finding, channel), id="config.E005") for channel, finding in findings.items()]


@register
def no_fake_channel_in_production(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every command checks it, those that send refunds among them; web, worker and beat by config/guard.py."""
    return [
        Error(sentence, hint="docs/channels.md", id="config.E006")
        for sentence in channel_settings.fakes_in_production(settings)
    ]


def _unusable(channel: str) -> gateways.Finding | None:
    try:
        gateways.build(channel, settings)
    except gateways.Misconfigured as error:
        return error.finding
    return None
