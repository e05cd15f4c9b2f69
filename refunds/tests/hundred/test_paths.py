"""Every function that takes money of a payment or gives it free is raced by a test of this folder, or over HTTP."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

MOVES = {"take", "reserve", "release"}  # of refunds/services/reserve.py: nothing else writes `refunded` of a payment
# Function → the tests that race it.
RACED = {
    "refunds/services/reserve.py reserve": "test_taking: reserve, reserve-behind-bank",
    "refunds/services/retry.py retry": "test_taking: retry-failed, retry-returned",
    "refunds/services/settle_by_hand.py _confirm": "test_taking: test_settled_by_hand",
    "refunds/services/settle_by_hand.py void_settlement": "test_freeing: voided",
    "refunds/services/returned.py return_money": "test_freeing: sent_back, came_to_the_shop",
    "refunds/services/returned.py settle_late": "test_taking: arrived after all, by a notice and by a look",
    "refunds/services/outcome.py fail": "test_freeing: refused, called_off",
    "refunds/redirections/services.py confirm_redirection": "test_taking: test_sent_on_to_another_account",
    "refunds/chargebacks/cap.py make_way": "test_freeing: test_lost_to_the_bank, test_half_of_it_lost",
    "aftersales/services/refunding.py _reserve": "aftersales/tests/test_hundred.py, tests/test_hundred_over_http.py",
}


def callers() -> Iterator[str]:
    for app in ("refunds", "aftersales", "orders", "demo", "desk", "storefront", "logistics"):
        for path in sorted((Path(settings.BASE_DIR) / app).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            if "tests" in path.parts or not any(f"{name}(" in source for name in MOVES):
                continue
            for function in ast.walk(ast.parse(source)):
                if isinstance(function, ast.FunctionDef) and any(_moves(node) for node in ast.walk(function)):
                    yield f"{path.relative_to(settings.BASE_DIR).as_posix()} {function.name}"


def _moves(node: ast.AST) -> bool:
    """`take(…)`, or `refunds.take(…)` from another app. Methods of the same name move no money of a payment."""
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    if isinstance(called, ast.Attribute):
        return called.attr in MOVES and isinstance(called.value, ast.Name) and called.value.id == "refunds"
    return isinstance(called, ast.Name) and called.id in MOVES


def test_nobody_else_moves_money_of_a_payment() -> None:
    assert sorted(callers()) == sorted(RACED)
