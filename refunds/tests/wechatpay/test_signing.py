"""What is signed, to the byte; what is taken for signed; and what is encrypted. Cross-checked with `wechatpayv3`."""

import hashlib
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpayv3 import utils as other

from fakes.wechatpay import signatures
from refunds.gateways.wechatpay import signing
from refunds.gateways.wechatpay.signing import Stamp
from refunds.gateways.wechatpay.verification import Signature, judge

from .conftest import SECRET, SERIAL_NO, Keys

BODY = b'{"out_refund_no":"R1"}'
STAMP = Stamp("1554208460", "593BEC0C930BF1AFEB40B4A08C8FB242")
TARGET = "/v3/refund/domestic/refunds"
DIGEST = "f0cfa9c7cb46d4c125b54b187abd2600ead0f4f7788ce9dd79b98f2693b9272e"
SEALED = "Eu672q2QA7c8b4ZwfuwrHWYT6Er6wyoITZxD3mn+X74jj2o2VYLZY4ujLA=="


def test_the_vector_of_the_message_that_is_signed() -> None:
    text = signing.message("POST", TARGET, STAMP.timestamp, STAMP.nonce, body=BODY)
    assert hashlib.sha256(text).hexdigest() == DIGEST


def test_a_question_signs_an_empty_line_for_its_body() -> None:
    assert signing.message("GET", "/v3/certificates", "1", "N", body=b"") == b"GET\n/v3/certificates\n1\nN\n\n"


def test_the_vector_of_the_encryption() -> None:
    key = SECRET.encode()
    plain = signing.decrypt(SEALED, nonce="abcdefghijkl", associated_data="refund", key=key)
    assert plain == b'{"refund_status":"SUCCESS"}'
    assert other.aes_decrypt("abcdefghijkl", SEALED, "refund", SECRET) == plain.decode()
    changes: list[dict[str, Any]] = [
        {"nonce": "abcdefghijkm"},
        {"associated_data": ""},
        {"key": b"1" * 32},
        {"nonce": "abc"},
    ]
    for changed in changes:
        with pytest.raises(ValueError, match="cannot be decrypted"):
            signing.decrypt(SEALED, **({"nonce": "abcdefghijkl", "associated_data": "refund", "key": key} | changed))
    for text in ("F" + SEALED[1:], SEALED[:-8], "", "no base64!"):
        with pytest.raises(ValueError, match="cannot be decrypted"):
            signing.decrypt(text, nonce="abcdefghijkl", associated_data="refund", key=key)


def authorization(keys: Keys) -> str:
    return signing.authorization(
        "POST", TARGET, BODY, STAMP, mchid="1900000109", serial_no=SERIAL_NO, key=keys.merchant.key
    )


def test_the_header_is_that_of_another_implementation(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wechatpayv3.utils.time.time", lambda: 1554208460.9)
    theirs = other.build_authorization(
        TARGET, "POST", "1900000109", SERIAL_NO, keys.merchant.key, BODY.decode(), STAMP.nonce
    )
    assert authorization(keys) == theirs


def test_another_implementation_takes_our_signature(keys: Keys) -> None:
    fields = signatures.fields_of(authorization(keys))
    public = keys.merchant.key.public_key()
    assert signatures.genuine("POST", TARGET, BODY, fields, public)
    assert not signatures.genuine("POST", TARGET, BODY + b" ", fields, public)
    assert not signatures.genuine("POST", TARGET + "?a=1", BODY, fields, public)
    assert not signatures.genuine("POST", TARGET, BODY, fields, keys.other.key.public_key())


def test_we_take_the_signature_of_another_implementation(keys: Keys) -> None:
    text = '{"a": "中"}'
    signature = other.rsa_sign(keys.platform.key, f"{STAMP.timestamp}\n{STAMP.nonce}\n{text}\n")
    public = keys.platform.key.public_key()
    assert signing.is_signed(text.encode(), STAMP, signature, public)
    assert not signing.is_signed(b'{"a":"\xe4\xb8\xad"}', STAMP, signature, public)
    assert not signing.is_signed(text.encode(), Stamp("1554208461", STAMP.nonce), signature, public)
    assert not signing.is_signed(text.encode(), STAMP, signature, keys.other.key.public_key())
    probe = "WECHATPAY/SIGNTEST/" + signature[19:]
    for broken in ("", "AAAA", "not base64!", signature[:-4], signature.replace("=", ""), signature + "\n", probe):
        assert not signing.is_signed(text.encode(), STAMP, broken, public), broken


def test_a_field_is_encrypted_so_that_only_wechat_pay_reads_it(keys: Keys) -> None:
    sealed = signing.encrypt("6222020200112233445", keys.platform.key.public_key())
    assert other.rsa_decrypt(sealed, keys.platform.key) == "6222020200112233445"
    assert sealed != signing.encrypt("6222020200112233445", keys.platform.key.public_key())
    with pytest.raises(ValueError):
        signatures.open_field(sealed, keys.other.key)


@given(text=st.text(), associated=st.text(max_size=20))
@settings(max_examples=50, deadline=None, derandomize=True, database=None)
def test_what_one_implementation_seals_the_others_open(text: str, associated: str) -> None:
    sealed = signatures.seal(text, associated, SECRET)
    arguments = (sealed["nonce"], sealed["ciphertext"], sealed["associated_data"])
    assert other.aes_decrypt(*arguments, SECRET) == text
    opened = signing.decrypt(arguments[1], nonce=arguments[0], associated_data=arguments[2], key=SECRET.encode())
    assert opened.decode() == text


NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def judged(keys: Keys, headers: dict[str, str] | None = None, *, body: bytes = BODY, age: int = 0) -> Signature:
    stamp = Stamp(str(int(NOW.timestamp()) - age), "N")
    signature = other.rsa_sign(keys.platform.key, f"{stamp.timestamp}\nN\n{BODY.decode()}\n")
    all_of_them = {
        "wechatpay-timestamp": stamp.timestamp,
        "wechatpay-nonce": "N",
        "wechatpay-signature": signature,
        "wechatpay-serial": "PUB_KEY_ID_1",
    }
    known: dict[str, Any] = {"PUB_KEY_ID_1": keys.platform.key.public_key()}
    return judge(all_of_them | (headers or {}), body, known.get, NOW)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (0, "good"), (299, "good"), (300, "good"), (301, "old"), (86_400, "old"),
        (-299, "good"), (-300, "good"), (-301, "old"),
    ],
)  # fmt: skip
def test_a_signature_is_fresh_for_five_minutes(keys: Keys, age: int, expected: str) -> None:
    assert judged(keys, age=age) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"wechatpay-signature": ""}, "missing"),
        ({"wechatpay-serial": ""}, "missing"),
        ({"wechatpay-nonce": ""}, "missing"),
        ({"wechatpay-timestamp": ""}, "missing"),
        ({"wechatpay-timestamp": "today"}, "old"),
        ({"wechatpay-timestamp": "-1"}, "old"),
        ({"wechatpay-timestamp": "9" * 400}, "old"),
        ({"wechatpay-timestamp": "٣"}, "old"),
        ({"wechatpay-nonce": "M"}, "wrong"),
        ({"wechatpay-serial": "PUB_KEY_ID_2"}, "unknown_key"),
        ({"wechatpay-signature": "WECHATPAY/SIGNTEST/AAAA"}, "wrong"),
        ({"wechatpay-signature-type": "WECHATPAY2-SM2-WITH-SM3"}, "wrong"),
        ({"wechatpay-signature-type": "WECHATPAY2-SHA256-RSA2048"}, "good"),
    ],
)
def test_what_is_no_signature(keys: Keys, headers: dict[str, str], expected: str) -> None:
    assert judged(keys, headers) == expected


def test_a_body_that_was_written_again_is_another_one(keys: Keys) -> None:
    assert judged(keys, body=b'{"out_refund_no": "R1"}') == "wrong"


def test_the_header_has_nothing_but_its_fields(keys: Keys) -> None:
    assert re.fullmatch(
        r'WECHATPAY2-SHA256-RSA2048 mchid="\d+",nonce_str="\w+",signature="[\w+/=]+",timestamp="\d+",serial_no="\w+"',
        authorization(keys),
    )
