from pathlib import Path

from fakes.keys import Pair
from fakes.launched import Launched

from .certificates import Certificates
from .server import Fake

APP_ID = "2021000000000001"


def launch(port: int, folder: Path, notify: str) -> Launched:
    """`folder`: of the keys. `notify`: where this program listens for notices, or empty: none are sent."""
    app, own = (Pair.kept_in(folder, name) for name in ("alipay_app", "alipay"))
    certificates = Certificates.kept_in(folder, app, own)
    fake = Fake(port, app_id=APP_ID, app=app, own=own, certificates=certificates)
    fake.notify_url = f"{notify}/notify/alipay/" if notify else ""
    settings = {
        "ALIPAY_APP_ID": APP_ID,
        "ALIPAY_PRIVATE_KEY_FILE": str(folder / "alipay_app_private.pem"),
        "ALIPAY_PUBLIC_KEY_FILE": str(folder / "alipay_own.crt"),
        "ALIPAY_APP_CERT_FILE": str(folder / "alipay_app.crt"),
        "ALIPAY_ROOT_CERT_FILE": str(folder / "alipay_root.crt"),
        "ALIPAY_GATEWAY_URL": fake.url,
        "ALIPAY_TRANSFERS": "1",
    }
    return Launched(fake, settings, fake.url.replace("gateway.do", "refunds"))
