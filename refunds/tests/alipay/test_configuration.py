"""From the environment to a channel that works, or to a sentence that says why it does not."""

import hashlib
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import CommandError, call_command
from django.utils import translation

from fakes.alipay.certificates import Certificates
from fakes.alipay.server import Fake
from fakes.keys import Pair
from kernel.connections import checks
from refunds import channel_settings, gateways
from refunds.gateways import Fault, Finding
from refunds.gateways.alipay import certificates
from refunds.gateways.alipay.adapter import Alipay
from refunds.gateways.wording import FAULTS, finding_text
from refunds.tests.helpers import channel

from .conftest import certify


def checked(name: str = "alipay") -> str:
    out = io.StringIO()
    try:
        call_command("check_channel", name, stdout=out)
    except CommandError as error:
        return f"wrong ({error.returncode}): {error}"
    return out.getvalue().strip()


def test_off_until_it_is_set(settings: Any) -> None:
    assert gateways.get("alipay") is None
    assert channel_settings.problems(settings) == []
    assert checked() == (
        "wrong (1): Alipay isn't set up. It needs ALIPAY_APP_ID, ALIPAY_PRIVATE_KEY or ALIPAY_PRIVATE_KEY_FILE,"
        " ALIPAY_PUBLIC_KEY or ALIPAY_PUBLIC_KEY_FILE."
    )


def test_registered_once_it_is_set(configured: Any) -> None:
    with channel(None, "alipay"):
        gateways.register_configured(configured)
        assert isinstance(gateways.get("alipay"), Alipay)


def test_proved_without_moving_money(configured: Any, fake: Fake) -> None:
    proved = "Alipay knows the account and our key, and its answer is genuine. No money was moved."
    off = "Transfers are off for this account, so payables are paid another way."
    assert checked().splitlines() == [proved, off]
    certify(configured, fake)
    assert checked().splitlines() == [proved, "Payables may be paid out of this account by transfers."]
    assert (fake.records.refunds, fake.records.requests) == ({}, {})


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        (("40006", "isv.insufficient-isv-permissions"), "Refunds work, but Alipay refused a question about a transfer"),
        (("20000", "isp.unknow-error"), "Refunds work, but Alipay refused a question about a transfer"),
    ],
)
def test_transfers_that_do_not_work_are_said(
    configured: Any, fake: Fake, refusal: tuple[str, str], sentence: str
) -> None:
    """Only where they are on."""
    fake.transfers.refusal = refusal
    certify(configured, fake)
    configured.ALIPAY_TRANSFERS = False
    assert checked().startswith("Alipay knows the account")
    configured.ALIPAY_TRANSFERS = True
    assert checked().startswith(f"wrong (1): {sentence}")
    assert refusal[1] in checked()


def test_transfers_need_certificates(configured: Any, fake: Fake) -> None:
    configured.ALIPAY_TRANSFERS = True
    assert checked() == (
        "wrong (1): Refunds work, but transfers don't: Alipay takes them only from an app in certificate mode. Set the"
        " certificates (ALIPAY_APP_CERT, ALIPAY_ROOT_CERT), or turn transfers off."
    )


def test_keys_from_files(configured: Any, keys: tuple[Pair, Pair], tmp_path: Path) -> None:
    (tmp_path / "private.pem").write_text(keys[0].private)
    configured.ALIPAY_PRIVATE_KEY, configured.ALIPAY_PRIVATE_KEY_FILE = "", str(tmp_path / "private.pem")
    assert checked().startswith("Alipay knows")
    (tmp_path / "private.pem").unlink()
    assert checked() == "wrong (1): The file of a key can't be read: ALIPAY_PRIVATE_KEY_FILE (FileNotFoundError)."


Change = Callable[[Any, tuple[Pair, Pair]], None]


def change(**values: str) -> Change:
    def into(settings: Any, keys: tuple[Pair, Pair]) -> None:
        for name, value in values.items():
            setattr(settings, f"ALIPAY_{name}", value)

    return into


def own_key(settings: Any, keys: tuple[Pair, Pair]) -> None:
    settings.ALIPAY_PUBLIC_KEY = keys[0].public


def strange_key(settings: Any, keys: tuple[Pair, Pair]) -> None:
    settings.ALIPAY_PRIVATE_KEY = Pair.generate().private


def strange_answers(settings: Any, keys: tuple[Pair, Pair]) -> None:
    settings.ALIPAY_PUBLIC_KEY = Pair.generate().public


def test_an_app_in_certificate_mode_names_its_certificates(configured: Any, fake: Fake) -> None:
    """In every request, and the fake refuses any other."""
    certify(configured, fake)
    assert checked().startswith("Alipay knows the account")
    fake.certificates = Certificates.issued(fake.app, fake.own)
    assert checked().startswith("wrong (1): Alipay refused the question")


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("APP_CERT", "hello", "ALIPAY_APP_CERT isn't a certificate with an RSA key."),
        ("APP_CERT", "other", "ALIPAY_APP_CERT isn't the certificate of the private key that is set."),
        ("ROOT_CERT", "hello", "ALIPAY_ROOT_CERT isn't a certificate with an RSA key."),
        ("ROOT_CERT", "elliptic", "ALIPAY_ROOT_CERT isn't a certificate with an RSA key."),
        ("ROOT_CERT", "", "Alipay is only partly set up. Still missing: ALIPAY_ROOT_CERT or ALIPAY_ROOT_CERT_FILE"),
        ("PUBLIC_KEY", "elliptic", "ALIPAY_PUBLIC_KEY isn't a certificate with an RSA key."),
    ],
)
def test_what_is_wrong_with_a_certificate(configured: Any, fake: Fake, name: str, text: str, sentence: str) -> None:
    certify(configured, fake)
    texts = {"other": Pair.generate().certificate("Other"), "elliptic": elliptic()}
    setattr(configured, f"ALIPAY_{name}", texts.get(text, text))
    assert checked().startswith(f"wrong (1): {sentence}")


def test_how_certificates_are_named() -> None:
    """Issuer from its nearest part on and number; of a chain those signed with RSA (protocols §1.3)."""
    pair = Pair.generate()
    pem = pair.certificate("App")
    number = x509.load_pem_x509_certificate(pem.encode()).serial_number
    plain = f"CN=App,OU=Certification,O=Fake Pay\\, Co.,C=CN{number}"
    name = hashlib.md5(plain.encode()).hexdigest()
    assert certificates.app_serial(pem.replace("\n", "\\n"), pair.key) == name
    assert certificates.root_serial(elliptic() + pem + pem) == f"{name}_{name}"


def elliptic() -> str:
    """A certificate that is not signed with RSA, as some in Alipay's chain."""
    key, day = ec.generate_private_key(ec.SECP256R1()), datetime(2026, 1, 1, tzinfo=UTC)
    named = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "SM2")])
    builder = x509.CertificateBuilder(named, named, key.public_key(), 7).not_valid_before(day)
    made = builder.not_valid_after(day + timedelta(days=1)).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM).decode()


@pytest.mark.parametrize(
    ("break_it", "sentence"),
    [
        (change(PRIVATE_KEY=""), "Alipay is only partly set up. Still missing: ALIPAY_PRIVATE_KEY or"),
        (change(PRIVATE_KEY="hello"), "ALIPAY_PRIVATE_KEY isn't an RSA private key."),
        (change(PUBLIC_KEY="hello"), "ALIPAY_PUBLIC_KEY isn't an RSA public key."),
        (own_key, "ALIPAY_PUBLIC_KEY is the public half of your own key."),
        (change(GATEWAY_URL="http://pay.example.org/"), "ALIPAY_GATEWAY_URL must be an https:// address."),
        (change(GATEWAY_URL="http://127.0.0.1:9/"), "Alipay didn't give a usable answer: ConnectError"),
        (change(APP_ID="2"), "Alipay doesn't know this account number: 无效的AppID参数 (isv.invalid-app-id)."),
        (strange_key, "Alipay refused our signature: 验签出错 (isv.invalid-signature)."),
        (strange_answers, "The answer isn't signed by the public key that is set for Alipay."),
    ],
)
def test_what_is_wrong_is_said_in_words(
    configured: Any, keys: tuple[Pair, Pair], break_it: Change, sentence: str
) -> None:
    break_it(configured, keys)
    assert checked().startswith(f"wrong (1): {sentence}")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"PRIVATE_KEY": ""},
            "ALIPAY_PRIVATE_KEY or ALIPAY_PRIVATE_KEY_FILE: not set, but other settings",
        ),
        ({"APP_ID": ""}, "ALIPAY_APP_ID: not set, but other settings of alipay are."),
        ({"GATEWAY_URL": "http://pay.example.org/"}, "ALIPAY_GATEWAY_URL is no https:// address."),
    ],
)
def test_half_a_configuration_is_a_sentence_and_no_channel(
    configured: Any, values: dict[str, str], sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    change(**values)(configured, (Pair.generate(), Pair.generate()))
    (problem,) = channel_settings.problems(configured)
    assert problem.startswith(sentence)
    with channel(None, "alipay"):
        gateways.register_configured(configured)
        assert gateways.get("alipay") is None
    assert "channel alipay stays off" in caplog.text


def test_a_channel_without_settings_is_named() -> None:
    assert {*channel_settings.REQUIRED, "kuaidi100", "kdniao"} == set(checks())
    assert checked("nobody") == (f"wrong (1): “nobody” has no settings. Known: {', '.join(checks())}.")


@pytest.mark.parametrize("fault", list(Fault))
def test_every_fault_has_words_in_both_languages(fault: Fault) -> None:
    english = str(FAULTS[fault])
    with translation.override("zh-hans"):
        assert str(FAULTS[fault]) != english
        assert "%(" not in finding_text(Finding(fault, "DETAIL"), "alipay")
