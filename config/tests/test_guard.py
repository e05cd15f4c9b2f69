"""Production entry points refuse to start half-configured, and say which variable."""

import pytest

from tests.checkout import Checkout

GOOD = {
    "DJANGO_SECRET_KEY": "k" * 50,
    "DJANGO_DEBUG": "false",
    "DJANGO_ALLOWED_HOSTS": "shop.example.org",
    "NUM_PROXIES": "1",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
}
WEB = ("-c", "import config.wsgi; print('started')")
WORKER = ("-m", "celery", "-A", "config.celery", "worker", "--pool=solo")
BEAT = ("-m", "celery", "-A", "config.celery", "beat", "--pidfile=")


@pytest.mark.parametrize(
    ("change", "variable"),
    [
        ({"DJANGO_SECRET_KEY": ""}, "DJANGO_SECRET_KEY"),
        ({"DJANGO_SECRET_KEY": "short"}, "DJANGO_SECRET_KEY"),
        ({"DJANGO_SECRET_KEY": "development-only-set-DJANGO_SECRET_KEY"}, "DJANGO_SECRET_KEY"),
        ({"DJANGO_DEBUG": "1"}, "DJANGO_DEBUG"),
        ({"DJANGO_ALLOWED_HOSTS": ""}, "DJANGO_ALLOWED_HOSTS"),
        ({"DJANGO_ALLOWED_HOSTS": "shop.example.org,*"}, "DJANGO_ALLOWED_HOSTS"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"RETENTION_YEARS": "2"}, "RETENTION_YEARS"),
        ({"NUM_PROXIES": ""}, "NUM_PROXIES is not set"),
        ({"NUM_PROXIES": "-1"}, "NUM_PROXIES is -1"),
        ({"SECRETS_KEYS": "short"}, "SECRETS_KEYS is not a list of keys"),
        ({"ALIPAY_APP_ID": "2021"}, "ALIPAY_PRIVATE_KEY or ALIPAY_PRIVATE_KEY_FILE, ALIPAY_PUBLIC_KEY or"),
        ({"FAKE_CHANNELS": "1"}, "FAKE_CHANNELS is on, but DJANGO_DEBUG is off. Unset it"),
        ({"STRIPE_API_BASE": "http://127.0.0.1:8103"}, "STRIPE_API_BASE is an address of this machine"),
        ({"ALIPAY_GATEWAY_URL": "https://localhost/gateway.do"}, "ALIPAY_GATEWAY_URL is an address of this machine"),
        ({"WECHATPAY_PUBLIC_KEY_ID": "PUB_KEY_ID_1"}, "WECHATPAY_MCHID, WECHATPAY_SERIAL_NO, WECHATPAY_PRIVATE_KEY or"),
    ],
)
def test_the_web_process_names_the_variable(checkout: Checkout, change: dict[str, str], variable: str) -> None:
    refused = checkout.run(*WEB, **(GOOD | change))

    assert refused.returncode == 1
    assert refused.stdout.startswith("Not started:\n  " + variable), refused.stdout
    assert len(refused.stdout.splitlines()) == 2, "one fault, one sentence"


@pytest.mark.parametrize("entry", [WORKER, BEAT], ids=["worker", "beat"])
def test_worker_and_beat_refuse_too(checkout: Checkout, entry: tuple[str, ...]) -> None:
    refused = checkout.run(*entry, **(GOOD | {"DJANGO_DEBUG": "1"}))

    assert refused.returncode != 0
    assert "DJANGO_DEBUG is on" in refused.stdout
    assert "Traceback" not in refused.stdout


def test_a_good_environment_starts(checkout: Checkout) -> None:
    started = checkout.run(*WEB, **GOOD)

    assert started.returncode == 0, started.stdout
    assert started.stdout.endswith("started\n")


def test_fakes_are_for_a_site_that_only_this_machine_reaches(checkout: Checkout) -> None:
    fake = {"STRIPE_API_BASE": "http://127.0.0.1:8103", "STRIPE_API_KEY": "sk_1", "STRIPE_WEBHOOK_SECRET": "whsec_1"}
    for hosts, code in (("localhost,127.0.0.1", 0), ("localhost,shop.example.org", 1)):
        started = checkout.run(*WEB, **(GOOD | fake | {"DJANGO_ALLOWED_HOSTS": hosts}))
        assert started.returncode == code, started.stdout


def test_what_make_run_left_is_not_good_enough_for_production(checkout: Checkout) -> None:
    """The same folder, without `make run`: its secret and its DEBUG do not count as configured."""
    (checkout.var / "run.json").write_text('{"DJANGO_SECRET_KEY": "%s", "DJANGO_DEBUG": "true"}' % ("k" * 50))

    refused = checkout.run(*WEB, DATABASE_URL=GOOD["DATABASE_URL"])

    assert refused.returncode == 1
    assert "DJANGO_SECRET_KEY is not set" in refused.stdout
    assert "DJANGO_DEBUG is on" in refused.stdout
