"""gunicorn's settings, for `make run` and for production: `gunicorn -c config/gunicorn.py config.wsgi`.

gunicorn alone is stalled by slow clients; production puts a buffering proxy (nginx) in front.
"""

import os

from gunicorn.http import message

from config import logs

# "URLs up to 8 KB are served": gunicorn's own ceiling of 8190 for the whole request line is a few bytes short of that.
message.MAX_REQUEST_LINE = limit_request_line = 9_000

bind = os.environ.get("BIND") or f"127.0.0.1:{os.environ.get('PORT') or 8000}"
# Threads: while one request waits for the database, the worker answers others.
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS") or 2)
threads = int(os.environ.get("WEB_THREADS") or 4)
preload_app = True  # the workers share the code's memory
# Above the statement time-out of the web (15 s), so that the database gives up first and the caller gets an answer.
timeout = 60
graceful_timeout = 10
keepalive = 5
# A slow memory leak ends with its worker; the jitter keeps the workers from restarting at the same time.
max_requests = 20_000
max_requests_jitter = 2_000
# Only a proxy at this address is believed that the request came by TLS.
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
accesslog = "-" if os.environ.get("ACCESS_LOG") else None
errorlog = "-"
logconfig_dict = logs.logging_config(logs.chosen_format())
loglevel = os.environ.get("GUNICORN_LOG_LEVEL", "info")
control_socket_disable = True
