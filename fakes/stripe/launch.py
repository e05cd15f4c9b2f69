from pathlib import Path

from fakes.launched import Launched

from .server import Fake

API_KEY, SECRET = "sk_test_fake", "whsec_fake"  # open only what this fake has


def launch(port: int, folder: Path, notify: str) -> Launched:
    """`folder`: nothing of it is kept. `notify`: where this program listens for events, or empty: none are sent."""
    fake = Fake(port, api_key=API_KEY, webhook_secret=SECRET, notify=f"{notify}/notify/stripe/" if notify else "")
    settings = {"STRIPE_API_KEY": API_KEY, "STRIPE_WEBHOOK_SECRET": SECRET, "STRIPE_API_BASE": fake.url}
    return Launched(fake, settings, f"{fake.url}/refunds")
