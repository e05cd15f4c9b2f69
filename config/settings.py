"""The one settings file. Everything that differs between two machines comes from the environment (docs/operations)."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from environs import Env, validate

from devserver import embedded, local
from kernel.calls import addresses

from . import guard, logs
from .api_docs import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS
from .celery_settings import *  # noqa: F403
from .channel_settings import *  # noqa: F403
from .processes import roles

BASE_DIR = local.BASE_DIR
VAR = local.VAR
env = Env()
_left_by_make_run = local.defaults()


def _setting(name: str, default: str = "") -> str:
    """The environment, then what `make run` wrote, then the default. An empty variable counts as unset."""
    return os.environ.get(name) or _left_by_make_run.get(name, default)


def _flag(text: str) -> bool:
    return text.lower() in local.YES


# --- who runs this (config/processes/roles.py): a worker says so later, when Celery starts it
ROLE = roles.present()

SECRET_KEY = _setting("DJANGO_SECRET_KEY", guard.DEFAULT_SECRET)
DEBUG = _flag(_setting("DJANGO_DEBUG"))
ALLOWED_HOSTS = [host for host in _setting("DJANGO_ALLOWED_HOSTS").split(",") if host]
# Whether a payment channel may be a fake on this machine: never where anybody but this machine can be a buyer.
FAKES_ALLOWED = DEBUG or local.under_test() or (bool(ALLOWED_HOSTS) and {*ALLOWED_HOSTS} <= {*addresses.LOCAL, "[::1]"})
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
PORT = env.int("PORT", 8000)

# The lower layers first: an app extends the admin pages of those before it (web/admin/extension.py).
INSTALLED_APPS = [
    "config",
    "kernel",
    "web",
    "accounts",
    "orders",
    "logistics",
    "refunds",
    "aftersales",
    "demo",
    "storefront",
    "desk",
    "desk.admin_app.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    # Before staticfiles, so that runserver serves static files as production does.
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_htmx",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "web.request_ids.RequestIds",
    "django.middleware.security.SecurityMiddleware",
    "web.compression.Compressed",
    "csp.middleware.CSPMiddleware",
    # Before the session: a static file costs no query.
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "config.errors.ErrorAnswers",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Last, as django-axes asks: it replaces the answer of a login that it has locked.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "storefront.themes.theme",
            ],
        },
    },
]

# --- database: PostgreSQL only ---------------------------------------------------------------------
DATABASE_URL = _setting("DATABASE_URL") or embedded.url()

# Which range of ids this database gives, where shops are spread over several (kernel/shops/cells.py).
CELL = env.int("CELL", 0)

# Records of transactions: at least the law's three years after the last thing that happened (config/checks.py, D-6).
RETENTION_YEARS = env.int("RETENTION_YEARS", 3)


def _database() -> dict[str, Any]:
    config: dict[str, Any] = {**env.dj_db_url("", default=DATABASE_URL)}
    # Connections outlive requests, because opening one is expensive; the check replaces dead ones.
    config |= {"CONN_MAX_AGE": env.int("CONN_MAX_AGE", 600), "CONN_HEALTH_CHECKS": True}
    options: dict[str, Any] = config.setdefault("OPTIONS", {})
    # A host that is gone answers nothing: without this each request waits for the kernel's two minutes.
    options.setdefault("connect_timeout", 5)
    if local.under_test() and local.test_slot() > 1:
        config["TEST"] = {"NAME": f"test_{config['NAME']}_{local.test_slot()}"}
    if limits := roles.options(ROLE, options.get("options", "")):
        options["options"] = limits
    return config


DATABASES = {"default": _database()}

# --- cache: throttle counters; without CACHE_URL each process counts for itself ----------------------
CACHE_URL = _setting("CACHE_URL")
CACHES: dict[str, dict[str, object]] = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "aftersales"}
}
if CACHE_URL:
    CACHES["default"] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }

# --- jobs: the CELERY_ settings are in config/celery_settings.py -----------------------------------------
# Messages that let a worker do at once what a sweep does a little later. Off: the sweeps do it alone.
ENQUEUE_JOBS = env.bool("ENQUEUE_JOBS", not local.under_test())

# --- secrets in the database: the keys that encrypt them, separated by commas; the first encrypts ---------
SECRETS_KEYS = _setting("SECRETS_KEYS")

# --- people ------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# The first one writes; the others only read what was stored before it was chosen.
PASSWORD_HASHERS = [
    "accounts.login.hashers.LeanArgon2PasswordHasher",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"

# A name is locked for the address that guesses at it, not for its owner elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURE_LIMIT", 10)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("LOGIN_COOLOFF_MINUTES", 15))
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "web.limits.lockout.client_ip"
AXES_HANDLER = "accounts.login.guessing.Handler"
AXES_LOCKOUT_CALLABLE = "web.limits.lockout.locked_out"
# How many reverse proxies of ours add to X-Forwarded-For; 0: the header comes from the caller and is not read.
NUM_PROXIES = int(_setting("NUM_PROXIES", "0"))

# --- languages and time ----------------------------------------------------------------------------
LANGUAGE_CODE = _setting("LANGUAGE_CODE", "zh-hans")
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_AGE, LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE = 365 * 24 * 3600, True, "Lax"
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = _setting("TIME_ZONE", "Asia/Shanghai")
USE_TZ = True
CELERY_TIMEZONE = TIME_ZONE

# --- files -----------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [path for path in [BASE_DIR / "static"] if path.is_dir()]
# Evidence is private: no URL is mapped onto this folder, a view with a permission check reads from it.
MEDIA_ROOT = Path(_setting("MEDIA_ROOT") or VAR / "media")
S3_BUCKET = _setting("S3_BUCKET")
STORAGES: dict[str, dict[str, object]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or local.under_test()
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
if S3_BUCKET:
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": _setting("S3_ENDPOINT_URL") or None,
            "region_name": _setting("S3_REGION") or None,
            "access_key": _setting("S3_ACCESS_KEY") or None,
            "secret_key": _setting("S3_SECRET_KEY") or None,
            "default_acl": "private",
            # Two uploads of one name must not replace each other: files are evidence.
            "file_overwrite": False,
        },
    }
WHITENOISE_USE_FINDERS = DEBUG
# The group may read, such as the user of a backup; nobody else.
FILE_UPLOAD_PERMISSIONS = 0o640

# --- mail ------------------------------------------------------------------------------------------
_mail = env.dj_email_url("EMAIL_URL", "console:" if DEBUG else "dummy:")
EMAIL_BACKEND: str = _mail["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _mail.get("EMAIL_HOST") or "localhost", _mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_USER") or "", _mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = bool(_mail.get("EMAIL_USE_TLS")), bool(_mail.get("EMAIL_USE_SSL"))
DEFAULT_FROM_EMAIL: str = _mail.get("DEFAULT_FROM_EMAIL") or "aftersales@localhost"
# A mail server that hangs must not stop the worker that sends.
EMAIL_TIMEOUT = 10

# --- security --------------------------------------------------------------------------------------
_SELF = ["'self'"]
# Where product pictures may come from besides this site: "https://img.example.com", separated by commas.
IMAGE_ORIGINS: list[str] = env.list("IMAGE_ORIGINS", [])
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        # What is not listed is not loaded: markup that somebody smuggles into a text can fetch and run nothing.
        "default-src": ["'none'"],
        "script-src": _SELF,
        "style-src": _SELF,
        # blob: is the preview of a photo before it is uploaded.
        "img-src": ["'self'", "data:", "blob:", *IMAGE_ORIGINS],
        "connect-src": _SELF,
        "font-src": _SELF,
        "manifest-src": _SELF,
        "frame-ancestors": ["'none'"],
        "base-uri": _SELF,
        "form-action": _SELF,
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
# Lax, not Strict: a link in a mail must find the reader logged in.
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# Behind TLS. `SECURE_COOKIES=false` is for a production trial over plain HTTP, such as the benchmark.
_behind_tls = _flag(_setting("SECURE_COOKIES")) if _setting("SECURE_COOKIES") else not DEBUG and not local.under_test()
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _behind_tls
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000) if _behind_tls else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _behind_tls
SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", False)
if NUM_PROXIES:
    # Without a proxy of ours anybody could send this header and claim TLS.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- tokens of the API: kept as SHA-512, each with its own end (contract §4) -------------------------
REST_KNOX = {"TOKEN_TTL": timedelta(days=env.int("TOKEN_DAYS", 90, validate=validate.Range(min=1, max=3650)))}

# --- API -------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["web.api.parsers.JsonParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "web.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PAGINATION_CLASS": "web.paging.KeysetPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["web.api.throttles.Throttle"],
    # "N/sec|min|hour|day"; empty: no limit. A view picks another line by `throttle_scope`. Wide open for developers,
    # but for the login.
    "DEFAULT_THROTTLE_RATES": {
        "user": os.environ.get("THROTTLE_USER", "60000/min" if DEBUG else "6000/min") or None,
        "anon": os.environ.get("THROTTLE_ANON", "60000/min" if DEBUG else "600/min") or None,
        # By person (web/limits.py).
        "upload": os.environ.get("THROTTLE_UPLOAD", "60000/min" if DEBUG else "120/min") or None,
        "upload_megapixels": os.environ.get("THROTTLE_UPLOAD_MEGAPIXELS", "2000/hour") or None,
        "login": os.environ.get("THROTTLE_LOGIN", "60/min") or None,
    },
    "NUM_PROXIES": NUM_PROXIES,
    "EXCEPTION_HANDLER": "web.http.exception_handler",
    # A JSON number would be read as a float (F-1).
    "COERCE_DECIMAL_TO_STRING": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
# --- logs and errors -------------------------------------------------------------------------------
# Who may read /metrics: with `Authorization: Bearer …`, or from these addresses and networks. Nobody, by default.
METRICS_TOKEN = _setting("METRICS_TOKEN")
METRICS_ADDRESSES: list[str] = env.list("METRICS_ADDRESSES", ["127.0.0.1", "::1"] if DEBUG else [])
LOGGING = logs.logging_config(logs.chosen_format())
SENTRY_DSN = _setting("SENTRY_DSN")
logs.start_sentry(SENTRY_DSN)
