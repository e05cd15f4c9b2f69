"""One call of Alipay's gateway: signed parameters there, a JSON object with one signed value back."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from django.utils.timezone import now as utc_now

from ..http import Http
from ..port import Deadline, GatewayError
from . import codes, signing

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

    @property
    def code(self) -> str:
        return self.text("code")

    @property
    def sub_code(self) -> str:
        return self.text("sub_code")

    @property
    def succeeded(self) -> bool:
        return self.code == codes.SUCCESS

    @property
    def words(self) -> str:
        """As Alipay says it, with the code that docs/channels.md explains."""
        return f"{self.text('sub_msg') or self.text('msg')} ({self.sub_code or self.code})".strip()


@dataclass(frozen=True, slots=True)
class Account:
    """An app at Alipay: its number, its own key to sign with, and Alipay's to verify with."""

    app_id: str
    url: str
    private_key: RSAPrivateKey = field(repr=False)
    public_key: RSAPublicKey = field(repr=False)
    http: Http = field(repr=False)
    now: Callable[[], datetime] = field(default=utc_now, repr=False)

    def ask(self, method: str, content: Mapping[str, str], deadline: Deadline) -> Reply:
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
        }
        params["sign"] = signing.sign(params | form, self.private_key)
        answer = self.http.post(self.url, params=params, form=form, deadline=deadline)
        if answer.status != 200:
            raise GatewayError(f"the gateway answered HTTP {answer.status}", permanent=False)
        try:
            return self._read(method, answer.body.decode())
        except (ValueError, KeyError):
            raise GatewayError("the gateway answered what is no answer of Alipay", permanent=False) from None

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
