import secrets
from pathlib import Path

from fakes.keys import Pair
from fakes.launched import Launched, secret_kept_in

from .server import Fake

MCHID, SERIAL_NO = "1900000109", "3775B6A45ACD588826D15E583A95F5DD00000001"
PUBLIC_KEY_ID = "PUB_KEY_ID_0119000001092026010100001"


def launch(port: int, folder: Path, notify: str) -> Launched:
    """`folder`: of the keys. `notify`: where this program listens, as `http://127.0.0.1:8000`, or empty: no notices."""
    merchant, own = (Pair.kept_in(folder, name) for name in ("wechatpay_merchant", "wechatpay"))
    secret = secret_kept_in(folder, "wechatpay_apiv3_key", secrets.token_hex(16))
    fake = Fake(port, mchid=MCHID, serial_no=SERIAL_NO, secret=secret, merchant=merchant, own=own, serial=PUBLIC_KEY_ID)
    fake.notify_url = f"{notify}/notify/wechatpay/" if notify else ""
    settings = {
        "WECHATPAY_MCHID": MCHID,
        "WECHATPAY_SERIAL_NO": SERIAL_NO,
        "WECHATPAY_PRIVATE_KEY_FILE": str(folder / "wechatpay_merchant_private.pem"),
        "WECHATPAY_APIV3_KEY": secret,
        "WECHATPAY_PUBLIC_KEY_ID": PUBLIC_KEY_ID,
        "WECHATPAY_PUBLIC_KEY_FILE": str(folder / "wechatpay_public.pem"),
        "WECHATPAY_BASE_URL": fake.url,
        "WECHATPAY_TRANSFER_SCENE_ID": "1011",
    }
    return Launched(fake, settings, f"{fake.url}/refunds")
