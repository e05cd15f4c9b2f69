import time
from pathlib import Path

from fakes.launched import Launched

from .server import Fake

# They open only what this fake has.
CUSTOMER, KEY, SALT, SECRET = "FAKECUSTOMER", "fakekey", "a salt of the fake courier", "fakesecret"
PAUSE = 3.0  # seconds between two scans


def launch(port: int, folder: Path, notify: str) -> Launched:
    """`folder`: nothing of it is kept. `notify`: where this program listens for pushes, or empty: none are sent."""
    fake = Fake(port, customer=CUSTOMER, key=KEY, secret=SECRET, pause=PAUSE)
    fake.pickups.first = int(time.time())
    settings = {
        "KUAIDI100_CUSTOMER": CUSTOMER,
        "KUAIDI100_KEY": KEY,
        "KUAIDI100_SALT": SALT,
        "KUAIDI100_POLL_URL": fake.url,
        "KUAIDI100_NUMBERS_URL": fake.numbers_url,
        "KUAIDI100_SECRET": SECRET,
        "KUAIDI100_ORDER_URL": fake.order_url,
        "KUAIDI100_CALLBACK_URL": f"{notify}/notify/kuaidi100/" if notify else "",
    }
    return Launched(fake, settings, f"{fake.url}/parcels")
