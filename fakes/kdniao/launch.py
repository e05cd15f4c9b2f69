import time
from pathlib import Path

from fakes.launched import Launched

from .server import Fake

# They open only what this fake has.
BUSINESS_ID, KEY = "FAKE1000001", "fake-key-of-kdniao"
PAUSE = 3.0  # seconds between two scans


def launch(port: int, folder: Path, notify: str) -> Launched:
    """`folder`: nothing of it is kept. `notify`: where this program listens for pushes, or empty: none are sent."""
    callback = f"{notify}/notify/kdniao/" if notify else ""
    fake = Fake(port, business_id=BUSINESS_ID, key=KEY, callback=callback, pause=PAUSE)
    fake.pickups.first = int(time.time())
    settings = {
        "KDNIAO_EBUSINESS_ID": BUSINESS_ID,
        "KDNIAO_APP_KEY": KEY,
        "KDNIAO_PICKUPS": "1" if callback else "",
        "KDNIAO_API_URL": fake.url,
        "KDNIAO_CALLBACK_URL": callback,
    }
    return Launched(fake, settings, f"{fake.url}/parcels")
