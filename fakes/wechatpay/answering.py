"""Answers, signed; and all that can be wrong with one."""

import json
import time
from typing import TYPE_CHECKING

from fakes.answers import Handler
from fakes.keys import Pair

from . import signatures
from .records import Refused
from .scripts import Script

if TYPE_CHECKING:
    from .server import Fake


class AnsweringHandler(Handler):
    server: "Fake"

    def _answer_badly(self, script: Script, fields: dict[str, object]) -> None:
        body = _json(fields)
        match script:
            case Script.BUSY:
                raise Refused(500, "SYSTEM_ERROR", "系统超时")
            case Script.BROKEN:
                self.send_bytes(502, b"", {})
            case Script.HTML:
                self.send_bytes(200, b"<html><body>Thank you</body></html>", {})
            case Script.FORGED:
                self.send_bytes(200, body, signatures.headers(body, self.server.signs_with, Pair.generate().key))
            case Script.UNSIGNED:
                self.send_bytes(200, body, {})
            case Script.PROBE:
                probe = self._signed(body)
                probe["Wechatpay-Signature"] = "WECHATPAY/SIGNTEST/" + probe["Wechatpay-Signature"][19:]
                self.send_bytes(200, body, probe)
            case Script.OLD:
                self.send_bytes(200, body, self._signed(body, age=600))
            case Script.STRANGE:
                self.send_bytes(
                    200, body, self._signed(body) | {"Wechatpay-Serial": "5157F09EFDC096DE15EBE81A47057A72"}
                )
            case Script.FOREIGN:
                self._answer(fields | {"transaction_id": "4200000000000000", "out_bill_no": "TF0"})
            case Script.DRIP:
                self.send_bytes(200, body, self._signed(body), pause=0.05)
            case _:
                if script == Script.LATE:
                    time.sleep(self.server.patience)
                self.cut()

    def _refuse(self, refused: Refused) -> None:
        self._answer({"code": refused.code, "message": refused.message, "detail": {}}, refused.status)

    def _answer(self, fields: dict[str, object], status: int = 200) -> None:
        body = _json(fields)
        self.send_bytes(status, body, self._signed(body))

    def _signed(self, body: bytes, *, age: float = 0.0) -> dict[str, str]:
        serial = self.server.signs_with
        return signatures.headers(body, serial, self.server.platform[serial].key, age=age)


def _json(fields: dict[str, object]) -> bytes:
    return json.dumps(fields, ensure_ascii=False, indent=1).encode()
