"""WeChat Pay's platform certificates, for merchants that have no public key of it: fetched, decrypted, renewed."""

import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from ..port import Deadline, GatewayError
from .merchant import Merchant
from .signing import AEAD, decrypt
from .verification import Signature, judge

PATH = "/v3/certificates"
REFRESH = timedelta(hours=10)  # WeChat Pay asks for less than 12
PATIENCE = timedelta(minutes=1)  # between two fetches: anybody can name a serial that nobody knows
PAUSE = timedelta(seconds=15)  # after one that failed
FETCH_SECONDS = 3.0  # of the deadline of the whole attempt, or of a notice, for which WeChat Pay waits 5
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Certificate:
    key: RSAPublicKey
    since: datetime
    until: datetime

    def holds_at(self, now: datetime) -> bool:
        return self.since <= now < self.until


class Certificates:
    """Safe to share between threads. They prove themselves: only WeChat Pay and we have the key that decrypts them.

    A signature by a certificate that is known is verified without a call: an endpoint that hangs holds up nobody.
    """

    requested = ""

    def __init__(self, merchant: Merchant) -> None:
        # The lock: of whoever fetches them. They are replaced as a whole, so readers need none.
        self._merchant, self._lock = merchant, threading.Lock()
        self._known: Mapping[str, Certificate] = {}
        self._fetched_at: datetime | None = None
        self._failed_at: datetime | None = None
        self._failure = ""

    def find(self, serial: str, deadline: Deadline) -> RSAPublicKey | None:
        if key := self._key(serial):
            self._renew_beside()
            return key
        self._fetch_once(deadline)
        return self._key(serial)

    def current(self, deadline: Deadline) -> tuple[str, RSAPublicKey]:
        if self._is_older_than(REFRESH):
            try:
                self._fetch_once(deadline)
            except GatewayError:
                if not self._known:
                    raise
        now = self._merchant.now()
        valid = {serial: each for serial, each in self._known.items() if each.holds_at(now)}
        if not valid:
            raise GatewayError("WeChat Pay has no valid platform certificate", permanent=False)
        serial = max(valid, key=lambda serial: valid[serial].until)
        return serial, valid[serial].key

    def _key(self, serial: str) -> RSAPublicKey | None:
        certificate = self._known.get(serial)
        return certificate.key if certificate and certificate.holds_at(self._merchant.now()) else None

    def _is_older_than(self, age: timedelta) -> bool:
        return self._fetched_at is None or self._merchant.now() - self._fetched_at >= age

    def _is_paused(self) -> bool:
        return self._failed_at is not None and self._merchant.now() - self._failed_at < PAUSE

    def _fetch_once(self, deadline: Deadline) -> None:
        """One at a time, and none soon after another. Raises GatewayError where they cannot be had now."""
        # At the start there is something to wait for. Later whoever names a serial that nobody knows waits for nobody.
        if not self._lock.acquire(timeout=0 if self._known else min(deadline.left(), FETCH_SECONDS)):
            raise GatewayError("the platform certificates are being fetched", permanent=False)
        try:
            if self._is_paused():
                raise GatewayError(self._failure, permanent=False)
            if self._is_older_than(PATIENCE):
                self._refresh(Deadline(min(deadline.at, Deadline.after(FETCH_SECONDS).at)))
        finally:
            self._lock.release()

    def _renew_beside(self) -> None:
        """In a thread of its own: the certificates that are known serve until then."""
        if not self._is_older_than(REFRESH) or self._is_paused() or not self._lock.acquire(blocking=False):
            return
        thread = threading.Thread(target=self._renew, name="wechatpay-certificates", daemon=True)
        try:
            thread.start()
        except BaseException as error:
            if thread.ident is None:  # otherwise it runs, and releases the lock itself
                self._lock.release()
            if not isinstance(error, RuntimeError):
                raise
            # The machine has no thread left, or the process is ending.
            log.warning("the platform certificates of WeChat Pay were not fetched again", exc_info=True)

    def _renew(self) -> None:
        try:
            self._refresh(Deadline.after(FETCH_SECONDS))
        except GatewayError:
            log.warning("the platform certificates of WeChat Pay were not fetched again", exc_info=True)
        finally:
            self._lock.release()

    def _refresh(self, deadline: Deadline) -> None:
        try:
            self._known = self._fetch(deadline)
        except GatewayError as error:
            self._failed_at, self._failure = self._merchant.now(), str(error)
            raise
        self._fetched_at, self._failed_at = self._merchant.now(), None

    def _fetch(self, deadline: Deadline) -> dict[str, Certificate]:
        answer = self._merchant.send("GET", PATH, b"", deadline)
        if answer.status != 200:
            raise GatewayError(f"no platform certificates: HTTP {answer.status}", permanent=False)
        try:
            rows = json.loads(answer.body)["data"]
            certificates = {str(row["serial_no"]): self._decrypted(row["encrypt_certificate"]) for row in rows}
        except (ValueError, KeyError, TypeError, RecursionError):
            raise GatewayError(
                "the platform certificates cannot be read with the key WECHATPAY_APIV3_KEY", permanent=False
            ) from None
        keys = {serial: certificate.key for serial, certificate in certificates.items()}
        if judge(answer.headers, answer.body, keys.get, self._merchant.now()) != Signature.GOOD:
            raise GatewayError("the answer with the platform certificates is signed by none of them", permanent=False)
        return certificates

    def _decrypted(self, sealed: Mapping[str, str]) -> Certificate:
        if sealed["algorithm"] != AEAD:
            raise ValueError("another algorithm")
        text = decrypt(
            sealed["ciphertext"],
            nonce=sealed["nonce"],
            associated_data=sealed["associated_data"],
            key=self._merchant.secret,
        )
        certificate = x509.load_pem_x509_certificate(text)
        key = certificate.public_key()
        if not isinstance(key, RSAPublicKey):
            raise ValueError("no RSA key")
        return Certificate(key, certificate.not_valid_before_utc, certificate.not_valid_after_utc)
