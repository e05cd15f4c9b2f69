"""Production's settings and one more app, which sets up the channel of the campaign (channel/)."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "faults.channel"]
