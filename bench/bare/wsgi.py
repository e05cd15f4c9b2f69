import os

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.bare.settings"
os.environ.setdefault("AFTERSALES_ROLE", "web")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
