"""What the environment says is what the settings say; what `make run` wrote counts where it says nothing."""

import json

import pytest
from django.conf import settings

from tests.checkout import Checkout

SHOW = """
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
from django.conf import settings
print(json.dumps({name: getattr(settings, name) for name in %r}, default=str))
"""


def shown(checkout: Checkout, *names: str, **environ: str) -> list[object]:
    done = checkout.run("-c", SHOW % (names,), **environ)
    assert done.returncode == 0, done.stdout
    return [json.loads(done.stdout)[name] for name in names]


def test_defaults_of_a_bare_environment(checkout: Checkout) -> None:
    names = ("DEBUG", "TIME_ZONE", "LANGUAGE_CODE", "SESSION_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "EMAIL_BACKEND")
    assert shown(checkout, *names) == [
        False,
        "Asia/Shanghai",
        "zh-hans",
        True,
        31_536_000,
        "django.core.mail.backends.dummy.EmailBackend",
    ]


def test_the_environment_wins_over_what_make_run_wrote(checkout: Checkout) -> None:
    (checkout.var / "run.json").write_text(json.dumps({"DJANGO_DEBUG": "true", "TIME_ZONE": "Asia/Tokyo"}))

    assert shown(checkout, "DEBUG", "TIME_ZONE") == [True, "Asia/Tokyo"]
    assert shown(checkout, "DEBUG", "TIME_ZONE", DJANGO_DEBUG="off", TIME_ZONE="UTC") == [False, "UTC"]


STALE = {"ALIPAY_APP_ID": "2021", "STRIPE_API_BASE": "http://127.0.0.1:8103", "STRIPE_API_KEY": "sk_test_fake"}
CHANNELS = ("FAKE_CHANNELS", "ALIPAY_APP_ID", "STRIPE_API_BASE", "STRIPE_API_KEY")


def test_what_an_earlier_run_with_fakes_wrote_is_read_by_nobody(checkout: Checkout) -> None:
    """As earlier versions wrote it into the defaults, and as it is left behind when a run is killed."""
    (checkout.var / "run.json").write_text(json.dumps(STALE | {"FAKE_CHANNELS": "true", "DJANGO_DEBUG": "true"}))
    (checkout.var / "fakes").mkdir()
    (checkout.var / "fakes" / "settings.json").write_text(json.dumps({"settings": STALE, "records": {}}))

    assert shown(checkout, *CHANNELS) == [False, "", "https://api.stripe.com", ""]
    assert shown(checkout, *CHANNELS, FAKE_CHANNELS="1") == [True, *STALE.values()]


def test_fakes_and_a_real_account_are_never_mixed(checkout: Checkout) -> None:
    real = {"ALIPAY_APP_ID": "2021999", "STRIPE_API_KEY": "sk_live_1"}

    assert shown(checkout, *CHANNELS, **real) == [False, "2021999", "https://api.stripe.com", "sk_live_1"]
    assert shown(checkout, *CHANNELS, FAKE_CHANNELS="1", **real) == [True, "", "https://api.stripe.com", ""]


def test_databases(checkout: Checkout) -> None:
    embedded, named = (
        shown(checkout, "DATABASES")[0],
        shown(checkout, "DATABASES", DATABASE_URL="postgresql://u:p@db.example.org:6543/shop")[0],
    )
    assert embedded["default"]["HOST"] == str(checkout.var / "pg" / "socket")  # type: ignore[index]
    assert [named["default"][key] for key in ("HOST", "PORT", "NAME", "USER")] == [  # type: ignore[index]
        "db.example.org",
        6543,
        "shop",
        "u",
    ]


@pytest.mark.parametrize(
    ("role", "timeouts"),
    [
        ("web", ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "jit"]),
        ("worker", ["lock_timeout", "idle_in_transaction_session_timeout"]),
        ("command", []),
    ],
)
def test_connections_are_limited_by_who_uses_them(checkout: Checkout, role: str, timeouts: list[str]) -> None:
    (databases,) = shown(checkout, "DATABASES", AFTERSALES_ROLE=role)
    options = databases["default"]["OPTIONS"].get("options", "")  # type: ignore[index]
    assert [part.split("=")[0] for part in options.split("-c ")[1:]] == timeouts


def test_limits_are_added_to_what_the_url_says(checkout: Checkout) -> None:
    url = "postgresql://u@db.example.org/shop?options=-c%20search_path%3Dx"
    (databases,) = shown(checkout, "DATABASES", AFTERSALES_ROLE="web", DATABASE_URL=url)
    options = databases["default"]["OPTIONS"]["options"]  # type: ignore[index]
    assert options.startswith("-c search_path=x -c statement_timeout=15000 -c lock_timeout=2000 ")


BROKER = ("CELERY_BROKER_URL", "CELERY_BROKER_TRANSPORT_OPTIONS")


def test_brokers(checkout: Checkout) -> None:
    url, files = shown(checkout, *BROKER)
    assert url == "filesystem://localhost"
    assert files["data_folder_in"] == str(checkout.var / "broker" / "messages")  # type: ignore[index]
    url, _ = shown(checkout, *BROKER, CELERY_BROKER_URL="redis://127.0.0.1:6379/7")
    assert url == "redis://127.0.0.1:6379/7"
    _, other = shown(checkout, *BROKER, CELERY_BROKER_URL=f"filesystem://{checkout.var}/elsewhere")
    assert other["data_folder_in"] == str(checkout.var / "elsewhere" / "messages")  # type: ignore[index]


@pytest.mark.parametrize(("role", "seconds"), [("web", 1.0), ("command", 1.0), ("worker", 30.0)])
def test_only_a_worker_waits_for_the_broker(checkout: Checkout, role: str, seconds: float) -> None:
    (options,) = shown(checkout, BROKER[1], CELERY_BROKER_URL="redis://127.0.0.1:6379/7", AFTERSALES_ROLE=role)
    assert options["socket_timeout"] == seconds  # type: ignore[index]


def test_cache_mail_and_storage(checkout: Checkout) -> None:
    caches, backend, host, storages = shown(
        checkout,
        "CACHES",
        "EMAIL_BACKEND",
        "EMAIL_HOST",
        "STORAGES",
        CACHE_URL="redis://127.0.0.1:6379/1",
        EMAIL_URL="submission://u:p@mail.example.org:587",
        S3_BUCKET="evidence",
    )
    assert caches["default"]["BACKEND"].endswith("RedisCache")  # type: ignore[index]
    assert (backend, host) == ("django.core.mail.backends.smtp.EmailBackend", "mail.example.org")
    assert storages["default"]["OPTIONS"]["bucket_name"] == "evidence"  # type: ignore[index]


def test_an_empty_variable_counts_as_unset(checkout: Checkout) -> None:
    assert shown(checkout, "LANGUAGE_CODE", "TIME_ZONE", LANGUAGE_CODE="", TIME_ZONE="") == ["zh-hans", "Asia/Shanghai"]


def test_the_policy_allows_nothing_from_elsewhere() -> None:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    allowed = {source for sources in directives.values() for source in sources}
    assert allowed == {"'self'", "'none'", "data:", "blob:"}
