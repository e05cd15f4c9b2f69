"""An exchange of an exchange, and back: at each step the pages name what is held, what it cost and what comes back."""

from pathlib import Path

from playwright.sync_api import Page, expect

from .checks import everywhere, faults_of
from .conftest import Open
from .programs import Programs
from .steps import apply_for, open_ticket, pay_if_asked, photo, send_back, tap, words

SKUS = {"PAPER-S": ("99.00", "纸灯笼"), "PAPER-M": ("159.00", "纸灯笼"), "PAPER-L": ("169.00", "纸灯笼")}


class Exchange:
    """`buyer` and `shop` are the pages of two people, whose language `locale` is."""

    def __init__(self, open_as: Open, programs: Programs, folder: Path, width: int, locale: str) -> None:
        for code, (price, title) in SKUS.items():
            programs.sells(code, price, title, spec=code)
        self.programs, self.folder, self.say, self.width = programs, folder, words(locale), width
        self.buyer, self.shop = (open_as(name, width=width, locale=locale) for name in ("alice", "mei"))
        self.order = programs.delivered(("PAPER-S", "99.00", 1))

    def held(self) -> dict[str, object]:
        """The line of what the buyer has in their hands."""
        lines = self.programs.get(f"orders/{self.order}/")["lines"]
        (line,) = [line for line in lines if not line["exchanged_quantity"] and not line["refunded_quantity"]]
        return dict(line)

    def ask(self, type_: str, reason: str, instead: str = "") -> str:
        line = int(str(self.held()["line_id"]))
        more = {"type_": type_, "reason": reason, "line": line, "instead": instead}
        ticket = apply_for(self.buyer, self.order, self.say, picture=photo(self.folder), **more)  # type: ignore[arg-type]
        open_ticket(self.shop, ticket)
        tap(self.shop, self.say("Approve"))
        expect(self.shop.locator("#do-approve")).to_have_count(0)
        return ticket

    def come_back(self, ticket: str) -> None:
        send_back(self.buyer, ticket, f"SF11{ticket[-10:]}", self.say)
        self.shop.goto(f"/admin/receive/?q={ticket}")
        tap(self.shop, self.say("Receive goods"))
        pay_if_asked(self.shop)
        expect(self.shop.locator("#scan-q")).to_be_focused()

    def replaced(self, ticket: str) -> None:
        open_ticket(self.shop, ticket)
        form = self.shop.locator("#do-reship")
        form.locator("[name=tracking_no]").fill(f"SF22{ticket[-10:]}")
        form.locator("[name=courier]").fill("sf")
        form.locator("button[type=submit]").first.click()
        pay_if_asked(self.shop)
        expect(self.shop.get_by_text(f"SF22{ticket[-10:]}").first).to_be_visible()
        self.buyer.goto(f"/tickets/{ticket}/confirm-replacement/")
        tap(self.buyer, self.say("Confirm arrival"))
        self.finished(ticket)

    def finished(self, ticket: str) -> dict[str, object]:
        for _ in range(120):
            answer = self.programs.get(f"tickets/{ticket}/")
            if answer["status"] == "completed":
                return answer
            self.buyer.wait_for_timeout(500)
        raise AssertionError(f"{ticket} is {answer['status']}")

    def named(self, page: Page, *texts: str) -> None:
        for text in texts:
            expect(page.get_by_text(text).filter(visible=True).first).to_be_visible()


@everywhere
def test_an_exchange_of_an_exchange_and_back(
    open_as: Open, programs: Programs, tmp_path: Path, width: int, locale: str
) -> None:
    it = Exchange(open_as, programs, tmp_path, width, locale)

    first = it.ask("exchange", "wrong_choice", "PAPER-M")  # 99.00 → 159.00
    it.buyer.goto(f"/tickets/{first}/")
    it.named(it.buyer, "¥60.00", "PAPER-M")
    programs.pay_difference(first, "60.00")
    it.come_back(first)
    it.replaced(first)
    assert (it.held()["sku"], it.held()["paid_amount"]) == ("PAPER-M", "159.00")
    it.buyer.goto(f"/orders/{it.order}/")
    it.named(it.buyer, "¥159.00", "PAPER-M")

    second = it.ask("exchange", "wrong_choice", "PAPER-L")  # 159.00 → 169.00: from what is held, so 10.00
    it.buyer.goto(f"/tickets/{second}/")
    it.named(it.buyer, "¥10.00", "PAPER-L", "PAPER-M")
    programs.pay_difference(second, "10.00")
    it.come_back(second)
    it.replaced(second)
    assert (it.held()["sku"], it.held()["paid_amount"]) == ("PAPER-L", "169.00")

    third = it.ask("return_refund", "quality")
    it.buyer.goto(f"/tickets/{third}/")
    it.named(it.buyer, "¥169.00", "PAPER-L")
    open_ticket(it.shop, third)
    it.named(it.shop, "¥169.00", "PAPER-L")
    it.come_back(third)
    answer = it.finished(third)
    assert answer["refunded_amount"] == "169.00"
    assert sorted(str(refund["amount"]) for refund in answer["refunds"]) == ["10.00", "60.00", "99.00"]  # type: ignore[attr-defined]
    it.buyer.goto(f"/tickets/{third}/")
    it.named(it.buyer, "¥169.00", "¥99.00", "¥60.00", "¥10.00")
    it.buyer.goto(f"/orders/{it.order}/")
    it.named(it.buyer, "¥169.00", "PAPER-L", "PAPER-S")
    assert programs.get(f"orders/{it.order}/")["refunded_amount"] == "169.00"
    assert faults_of(it.buyer, width) == []
