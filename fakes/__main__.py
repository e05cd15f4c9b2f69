"""`python -m fakes`: the fake channels on local ports, and the settings that make this program use them."""

import argparse
import threading
from pathlib import Path

from devserver import local

from .alipay.server import Fake
from .keys import Pair

APP_ID = "2021000000000001"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alipay-port", type=int, default=8101)
    parser.add_argument("--folder", type=Path, default=local.VAR / "fakes", help="where the keys are kept")
    chosen = parser.parse_args()
    app, own = (Pair.kept_in(chosen.folder, name) for name in ("alipay_app", "alipay"))
    fake = Fake(chosen.alipay_port, app_id=APP_ID, app=app, own=own)
    threading.Thread(target=fake.serve_forever, daemon=True).start()
    print(
        f"ALIPAY_APP_ID={APP_ID}",
        f"ALIPAY_PRIVATE_KEY_FILE={chosen.folder / 'alipay_app_private.pem'}",
        f"ALIPAY_PUBLIC_KEY_FILE={chosen.folder / 'alipay_public.pem'}",
        f"ALIPAY_GATEWAY_URL={fake.url}",
        f"# What it carried out: {fake.url.replace('gateway.do', 'refunds')} (Ctrl-C ends it and forgets it)",
        sep="\n",
        flush=True,
    )
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        fake.shutdown()


if __name__ == "__main__":
    main()
