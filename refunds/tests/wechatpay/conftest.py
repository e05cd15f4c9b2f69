from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from fakes.keys import Pair
from fakes.wechatpay.server import Fake
from refunds.gateways.wechatpay.adapter import WechatPay
from refunds.gateways.wechatpay.configuration import build
from tests.serving import serving

MCHID, SERIAL_NO, SECRET = "1900000109", "3775B6A45ACD588826D15E583A95F5DD00000001", "0123456789abcdef0123456789abcdef"
PUBLIC_KEY_ID = "PUB_KEY_ID_0119000001092026010100001"


@dataclass(frozen=True)
class Keys:
    merchant: Pair
    platform: Pair
    other: Pair


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys(Pair.generate(), Pair.generate(), Pair.generate())


@pytest.fixture
def fake(keys: Keys) -> Iterator[Fake]:
    own = Fake(
        mchid=MCHID,
        serial_no=SERIAL_NO,
        secret=SECRET,
        merchant=keys.merchant,
        own=keys.platform,
        serial=PUBLIC_KEY_ID,
    )
    own.patience, own.records.spacing = 3.0, 0.0
    with serving(own):
        yield own


@pytest.fixture
def configured(fake: Fake, keys: Keys, settings: Any) -> Any:
    """The settings of an installation that uses the fake."""
    settings.WECHATPAY_MCHID, settings.WECHATPAY_SERIAL_NO = MCHID, SERIAL_NO
    settings.WECHATPAY_PRIVATE_KEY, settings.WECHATPAY_PRIVATE_KEY_FILE = keys.merchant.private, ""
    settings.WECHATPAY_APIV3_KEY, settings.WECHATPAY_BASE_URL = SECRET, fake.url
    settings.WECHATPAY_PUBLIC_KEY_ID, settings.WECHATPAY_PUBLIC_KEY = PUBLIC_KEY_ID, keys.platform.public
    settings.WECHATPAY_PUBLIC_KEY_FILE = settings.WECHATPAY_NOTIFY_URL = ""
    settings.WECHATPAY_NEXT_PUBLIC_KEY_ID = settings.WECHATPAY_NEXT_PUBLIC_KEY = ""
    settings.WECHATPAY_NEXT_PUBLIC_KEY_FILE = ""
    return settings


@pytest.fixture
def wechatpay(configured: Any) -> Iterator[WechatPay]:
    adapter = build(configured)
    yield adapter
    adapter.account.merchant.http.close()
