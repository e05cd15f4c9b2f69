"""What is signed, to the byte; and what is taken for signed."""

import base64
import hashlib
import json
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from fakes.alipay.signatures import genuine, signature_of
from fakes.keys import Pair
from refunds.gateways import Fault
from refunds.gateways.alipay import signing
from refunds.gateways.keys import KeyFault, private_key, public_key

PARAMS = {
    "version": "1.0",
    "timestamp": "2026-01-02 03:04:05",
    "sign_type": "RSA2",
    "method": "alipay.trade.refund",
    "format": "JSON",
    "charset": "utf-8",
    "biz_content": '{"out_trade_no":"O1","refund_amount":"9.90","out_request_no":"R1"}',
    "app_id": "2014072300007148",
}
DIGEST = "ca285990f66d0582ee31dc6703a9e80b3b85c043fabd53e2e5a4d7eb0881b396"


def test_the_vector_of_the_string_to_sign() -> None:
    text = signing.canonical(PARAMS)
    assert hashlib.sha256(text.encode()).hexdigest() == DIGEST
    assert text.startswith('app_id=2014072300007148&biz_content={"out_trade_no":"O1",')


def test_empty_values_and_the_signature_are_not_signed() -> None:
    assert signing.canonical(PARAMS | {"app_auth_token": "", "sign": "x"}) == signing.canonical(PARAMS)


def test_another_implementation_takes_our_signature(keys: tuple[Pair, Pair]) -> None:
    signed = PARAMS | {"sign": signing.sign(PARAMS, keys[0].key)}
    assert genuine(signed, keys[0].key.public_key())
    assert not genuine(signed | {"version": "1.1"}, keys[0].key.public_key())
    assert not genuine(signed, keys[1].key.public_key())


def test_we_take_the_signature_of_another_implementation(keys: tuple[Pair, Pair]) -> None:
    signature, key = signature_of('{"a":"中"}', keys[1].key), keys[1].key.public_key()
    assert signing.is_signed('{"a":"中"}', signature, key)
    assert not signing.is_signed('{"a": "中"}', signature, key)
    assert not signing.is_signed('{"a":"中"}', signature, keys[0].key.public_key())
    for broken in ("", "AAAA", "not base64!", signature[:-4], signature.replace("=", ""), signature + "\n"):
        assert not signing.is_signed('{"a":"中"}', broken, key), broken


@pytest.mark.parametrize(
    "raw",
    [
        r'{"a":"http:\/\/x"}',
        '{"a":"}\\"]{"}',
        r'{"a":"\\"}',
        '{ "a" : 1.10 , "b":[ ] }',
        r'{"a":"\u4e2d"}',
        '"text"',
        "[1, {}]",
    ],
)
def test_a_value_is_cut_out_as_it_was_sent(raw: str) -> None:
    text = f' {{"alipay_trade_refund_response" : {raw}\n,"sign":"abc=" }} '
    assert signing.members(text) == {"alipay_trade_refund_response": raw, "sign": '"abc="'}


@pytest.mark.parametrize(
    "text",
    ["", "[]", "<html>", "{", "{}", '{"a":1', '{"a":1}}', '{"a" 1}', '{"a":1,}', '{"a":1,"a":2}', "{1:2}", '{"a":{}']
    + ['{"a":' + "[" * 100_000],
)
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        signing.members(text)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(fields=st.dictionaries(st.text(), VALUES, min_size=1, max_size=5), indent=st.none() | st.integers(0, 2))
def test_every_object_is_cut_into_what_json_reads(fields: dict[str, object], indent: int | None) -> None:
    text = json.dumps(fields, ensure_ascii=False, indent=indent).replace("/", "\\/")
    raw = signing.members(text)
    assert {name: json.loads(value) for name, value in raw.items()} == fields
    assert all(value in text for value in raw.values())


def bare(pem: str) -> str:
    return "".join(line for line in pem.splitlines() if not line.startswith("-----"))


def test_keys_come_as_pem_as_bare_base64_and_on_one_line(keys: tuple[Pair, Pair]) -> None:
    pair, public = keys[0], keys[0].key.public_key()
    pkcs1 = pair.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    for text in (pair.private, bare(pair.private), pair.private.replace("\n", "\\n"), base64.b64encode(pkcs1).decode()):
        assert private_key(text).public_key() == public
    for text in (pair.public, f"  {pair.public}", bare(pair.public), pair.public.replace("\n", "\\n")):
        assert public_key(text) == public


def test_a_key_that_cannot_be_used_says_why_and_nothing_of_itself(keys: tuple[Pair, Pair]) -> None:
    pair, short = keys[0], Pair.generate(bits=1024)
    locked = pair.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x")
    ).decode()
    cases: list[tuple[Callable[[str], object], str, Fault]] = [
        (private_key, "", Fault.KEY_PRIVATE),
        (private_key, "hello", Fault.KEY_PRIVATE),
        (private_key, pair.public, Fault.KEY_PRIVATE),
        (private_key, pair.private[:300], Fault.KEY_PRIVATE),
        (private_key, locked, Fault.KEY_PASSWORD),
        (private_key, short.private, Fault.KEY_SHORT),
        (public_key, pair.private, Fault.KEY_PUBLIC),
        (public_key, "AAAA", Fault.KEY_PUBLIC),
        (public_key, short.public, Fault.KEY_SHORT),
    ]
    for load, text, fault in cases:
        with pytest.raises(KeyFault) as refused:
            load(text)
        assert refused.value.fault == fault, text[:40]
        assert str(refused.value) == fault
        assert refused.value.__suppress_context__ or refused.value.__context__ is None
