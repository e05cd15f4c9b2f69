"""The same over TLS, which is the only way to the real one."""

import ssl
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from fakes.alipay.server import Fake
from fakes.keys import Pair
from refunds.gateways import Deadline, Fault, Finding, GatewayError, Outcome
from refunds.gateways.alipay.configuration import build
from refunds.gateways.http import Http

AMOUNT = Decimal("12.30")


@pytest.fixture
def certificate(tmp_path: Path, keys: tuple[Pair, Pair]) -> Path:
    """Signed by itself, with its key in the same file."""
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fake")]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, keys[1].key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(keys[1].key, hashes.SHA256())
    )
    path = tmp_path / "fake.pem"
    path.write_text(keys[1].private + made.public_bytes(serialization.Encoding.PEM).decode())
    return path


@pytest.fixture
def secure(fake: Fake, configured: Any, certificate: Path) -> Any:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    fake.socket = context.wrap_socket(fake.socket, server_side=True)
    configured.ALIPAY_GATEWAY_URL = fake.url.replace("http://", "https://")
    return configured


def test_over_tls(secure: Any, fake: Fake, certificate: Path) -> None:
    alipay = build(secure, Http(ssl.create_default_context(cafile=str(certificate))))
    call: dict[str, Any] = {"refund_no": "RF1", "transaction_no": "PAY-1"}
    soon = Deadline.after(5)
    receipt = alipay.request(**call, amount=AMOUNT, total=AMOUNT, currency="CNY", deadline=soon)
    assert receipt.outcome == alipay.query(**call, deadline=soon).outcome == Outcome.SUCCEEDED
    with pytest.raises(GatewayError):
        alipay.request(
            **call | {"transaction_no": "DRIP-1"},
            amount=AMOUNT,
            total=AMOUNT,
            currency="CNY",
            deadline=Deadline.after(0.4),
        )
    alipay.account.http.close()


def test_a_server_that_cannot_prove_its_name_is_told_nothing(secure: Any, fake: Fake) -> None:
    alipay = build(secure)
    finding = alipay.check(deadline=Deadline.after(5))
    assert finding == Finding(Fault.NO_ANSWER, "no answer from the channel: ConnectError")
    assert fake.records.questions == {}
    alipay.account.http.close()
