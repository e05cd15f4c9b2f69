"""The web entry point: `gunicorn -c config/gunicorn.py config.wsgi`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("AFTERSALES_ROLE", "web")

from config import logs  # settings are read with the role above
from config.guard import refuse_unless_ready

refuse_unless_ready()
logs.every_line(logs.chosen_format())

from django.core.wsgi import get_wsgi_application  # noqa: E402

from config.processes.unread import reads_the_rest  # noqa: E402

application = reads_the_rest(get_wsgi_application())

# Every view is loaded before the workers fork: they share its memory, no first visitor waits for it, and a broken
# one stops the start.
import config.urls  # noqa: E402, F401
