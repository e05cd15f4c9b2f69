"""Payment channels of an installation with one shop: each is off until it is set (docs/channels.md).

Keys as text, or the path of a file that holds it. `config/settings.py` takes them over. They are read from the
environment alone, never from what an earlier `make run` wrote: it could be the address of a fake, which pays nobody.
"""

import os

from devserver import fake_channels, local

# This process was started with FAKE_CHANNELS: the fakes beside `make run` are used, and no real account.
FAKE_CHANNELS = fake_channels.is_on()
_source = fake_channels.settings() if FAKE_CHANNELS else os.environ


def _setting(name: str, default: str = "") -> str:
    """An empty variable counts as unset."""
    return _source.get(name) or default


ALIPAY_APP_ID = _setting("ALIPAY_APP_ID")
ALIPAY_PRIVATE_KEY, ALIPAY_PRIVATE_KEY_FILE = _setting("ALIPAY_PRIVATE_KEY"), _setting("ALIPAY_PRIVATE_KEY_FILE")
ALIPAY_PUBLIC_KEY, ALIPAY_PUBLIC_KEY_FILE = _setting("ALIPAY_PUBLIC_KEY"), _setting("ALIPAY_PUBLIC_KEY_FILE")
ALIPAY_GATEWAY_URL = _setting("ALIPAY_GATEWAY_URL", "https://openapi.alipay.com/gateway.do")
ALIPAY_APP_CERT, ALIPAY_APP_CERT_FILE = _setting("ALIPAY_APP_CERT"), _setting("ALIPAY_APP_CERT_FILE")
ALIPAY_ROOT_CERT, ALIPAY_ROOT_CERT_FILE = _setting("ALIPAY_ROOT_CERT"), _setting("ALIPAY_ROOT_CERT_FILE")
# Payables paid out by transfers, as the shop's contract with Alipay allows.
ALIPAY_TRANSFERS = _setting("ALIPAY_TRANSFERS").lower() in local.YES
STRIPE_API_KEY, STRIPE_WEBHOOK_SECRET = _setting("STRIPE_API_KEY"), _setting("STRIPE_WEBHOOK_SECRET")
STRIPE_API_BASE = _setting("STRIPE_API_BASE", "https://api.stripe.com")
WECHATPAY_MCHID, WECHATPAY_SERIAL_NO = _setting("WECHATPAY_MCHID"), _setting("WECHATPAY_SERIAL_NO")
WECHATPAY_APIV3_KEY, WECHATPAY_NOTIFY_URL = _setting("WECHATPAY_APIV3_KEY"), _setting("WECHATPAY_NOTIFY_URL")
WECHATPAY_PRIVATE_KEY = _setting("WECHATPAY_PRIVATE_KEY")
WECHATPAY_PRIVATE_KEY_FILE = _setting("WECHATPAY_PRIVATE_KEY_FILE")
WECHATPAY_PUBLIC_KEY_ID, WECHATPAY_PUBLIC_KEY = _setting("WECHATPAY_PUBLIC_KEY_ID"), _setting("WECHATPAY_PUBLIC_KEY")
WECHATPAY_PUBLIC_KEY_FILE = _setting("WECHATPAY_PUBLIC_KEY_FILE")
WECHATPAY_NEXT_PUBLIC_KEY_ID = _setting("WECHATPAY_NEXT_PUBLIC_KEY_ID")
WECHATPAY_NEXT_PUBLIC_KEY = _setting("WECHATPAY_NEXT_PUBLIC_KEY")
WECHATPAY_NEXT_PUBLIC_KEY_FILE = _setting("WECHATPAY_NEXT_PUBLIC_KEY_FILE")
WECHATPAY_TRANSFER_SCENE_ID = _setting("WECHATPAY_TRANSFER_SCENE_ID")
KUAIDI100_CUSTOMER, KUAIDI100_KEY = _setting("KUAIDI100_CUSTOMER"), _setting("KUAIDI100_KEY")
KUAIDI100_SALT, KUAIDI100_POLL_URL = _setting("KUAIDI100_SALT"), _setting("KUAIDI100_POLL_URL")
KUAIDI100_CALLBACK_URL = _setting("KUAIDI100_CALLBACK_URL")
KUAIDI100_NUMBERS_URL = _setting("KUAIDI100_NUMBERS_URL")
# Pickups; without the secret there are none.
KUAIDI100_SECRET, KUAIDI100_ORDER_URL = _setting("KUAIDI100_SECRET"), _setting("KUAIDI100_ORDER_URL")
KDNIAO_EBUSINESS_ID, KDNIAO_APP_KEY = _setting("KDNIAO_EBUSINESS_ID"), _setting("KDNIAO_APP_KEY")
KDNIAO_PICKUPS = _setting("KDNIAO_PICKUPS").lower() in ("1", "true", "yes", "on")
KDNIAO_API_URL, KDNIAO_CALLBACK_URL = _setting("KDNIAO_API_URL"), _setting("KDNIAO_CALLBACK_URL")
WECHATPAY_BASE_URL = _setting("WECHATPAY_BASE_URL", "https://api.mch.weixin.qq.com")
