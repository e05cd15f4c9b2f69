"""Where a shop receives notices: a server that reads them by the adapter, and answers as WeChat Pay wants it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from refunds.gateways import Deadline, Notice, NoticeRefused
from refunds.gateways.wechatpay.adapter import WechatPay
from tests.serving import serving


class Receiver(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, wechatpay: WechatPay) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.wechatpay, self.notices, self.refusals = wechatpay, list[Notice](), list[str]()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/notify/wechatpay/"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        body, channel = self.rfile.read(int(self.headers["Content-Length"])), self.server.wechatpay
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            self.server.notices.append(
                channel.read_notice(headers=headers, body=body, now=datetime.now(UTC), deadline=Deadline.after(3))
            )
            answer = channel.accepted
        except NoticeRefused as refused:
            self.server.refusals.append(str(refused))
            answer = channel.refused
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(answer.body.encode())))
        self.end_headers()
        self.wfile.write(answer.body.encode())


@contextmanager
def receiving(wechatpay: WechatPay) -> Iterator[Receiver]:
    server = Receiver(wechatpay)
    with serving(server):
        yield server
