"""One call of Alipay's gateway: signed parameters there, a JSON object with one signed value back."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from django.utils.timezone import now as utc_now

from ..facts import Facts
from ..http import Http
from ..port import Deadline, GatewayError
from . import codes, signing
from .certificates import Certificates

# Alipay reads times as Beijing's. No summer time there: a machine without time zone data does as well.
BEIJING = timezone(timedelta(hours=8))


class Signature(StrEnum):
    GOOD = "good"
    MISSING = "missing"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered. Unless the signature is good, anybody may have written it."""

    fields: Mapping[str, object]
    signature: Signature

    def text(self, name: str) -> str:
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def amount(self, name: str) -> Decimal | None:
        """None where it is none."""
        try:
            number = Decimal(self.text(name))
        except InvalidOperation:
            return None
        return number if number.is_finite() else None

    @property
    def code(self) -> str:
        return self.text("code")

    @property
    def sub_code(self) -> str:
        return self.text("sub_code")

    @property
    def succeeded(self) -> bool:
        return self.code == codes.SUCCESS

    def require(self, name: str, value: str, *, always: bool = False) -> None:
        """Raises GatewayError with permanent=False where it is about something else. `always`: it has to name it."""
        if self.text(name) != value and (always or self.text(name)):
            raise GatewayError(f"the answer is about something else: {name}", permanent=False)

    @property
    def words(self) -> str:
        """As Alipay says it, with the code that docs/channels.md explains."""
        return f"{self.text('sub_msg') or self.text('msg')} ({self.sub_code or self.code})".strip()


@dataclass(frozen=True, slots=True)
class Account:
    """An app at Alipay: its number, its own key to sign with, and Alipay's to verify with. `certificates`: of an app in
    certificate mode."""

    app_id: str
    url: str
    private_key: RSAPrivateKey = field(repr=False)
    public_key: RSAPublicKey = field(repr=False)
    http: Http = field(repr=False)
    certificates: Certificates | None = None
    now: Callable[[], datetime] = field(default=utc_now, repr=False)

    def ask(self, method: str, content: Mapping[str, object], deadline: Deadline) -> Reply:
        """Raises GatewayError with permanent=False where no answer can be read."""
        form = {"biz_content": json.dumps(content, ensure_ascii=False, separators=(",", ":"))}
        params = {
            "app_id": self.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": self.now().astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
            "version": "1.0",
            **(self.certificates.params if self.certificates else {}),
        }
        params["sign"] = signing.sign(params | form, self.private_key)
        answer = self.http.post(self.url, params=params, form=form, deadline=deadline)
        if answer.status != 200:
            raise GatewayError(f"the gateway answered HTTP {answer.status}", permanent=False)
        try:
            return self._read(method, answer.body.decode())
        except (ValueError, KeyError):
            raise GatewayError("the gateway answered what is no answer of Alipay", permanent=False) from None

    def ask_signed(
        self, method: str, content: Mapping[str, object], deadline: Deadline, facts: Callable[[Reply], Facts]
    ) -> Reply:
        """Raises GatewayError with permanent=False also where the answer is not signed by Alipay. `facts`: what a code
        means for what was asked."""
        reply = self.ask(method, content, deadline)
        if reply.signature == Signature.WRONG:
            raise GatewayError("the answer has a wrong signature", permanent=False)
        if reply.signature == Signature.MISSING:
            # So does Alipay refuse an app that it does not know: there is no key of theirs to sign with.
            wait = None if reply.succeeded else facts(reply).wait
            raise GatewayError(f"the answer has no signature: {reply.words}", permanent=False, retry_after=wait)
        return reply

    def _read(self, method: str, text: str) -> Reply:
        members = signing.members(text)
        node = f"{method.replace('.', '_')}_response"
        signed = members[node] if node in members else members["error_response"]
        fields, signature = json.loads(signed), json.loads(members.get("sign", '""'))
        if not isinstance(fields, dict) or not isinstance(signature, str):
            raise ValueError("other types")
        return Reply(fields, self._judge(signed, signature))

    def _judge(self, signed: str, signature: str) -> Signature:
        if not signature:
            return Signature.MISSING
        return Signature.GOOD if signing.is_signed(signed, signature, self.public_key) else Signature.WRONG
