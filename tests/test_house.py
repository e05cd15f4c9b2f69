"""Rules of the house that no compiler holds: who may point at whom, who may, what money is."""

import ast
import inspect
import re
from pathlib import Path

import pytest
from django.apps import apps
from django_fsm import FSMField

from kernel.actors import KINDS
from kernel.jobs import jobs
from kernel.machine import Stateful, allowed_actors, transition_names

ROOT = Path(__file__).parent.parent
LAYERS = {
    "kernel": 0,
    "web": 1,
    "accounts": 2,
    "orders": 3,
    "refunds": 4,
    "logistics": 4,
    "aftersales": 5,
    "demo": 6,
    "reports": 6,
    "storefront": 7,
    "desk": 7,
    "devserver": 8,
}
OURS = [*LAYERS, "config"]
MONEY = ("kernel/money.py", "orders/pricing.py", "refunds/amounts.py", "aftersales/rules/amounts.py")


def sources(*, tests: bool = False) -> list[Path]:
    found = [path for app in OURS for path in (ROOT / app).rglob("*.py")]
    skip = {"migrations"} | (set() if tests else {"tests"})
    return [path for path in found if not skip & set(path.relative_to(ROOT).parts)]


def code(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_foreign_keys_point_down() -> None:
    for model in apps.get_models():
        if (layer := LAYERS.get(model._meta.app_label)) is None:
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if target is None or field.auto_created or target is model:
                continue
            above = LAYERS.get(target._meta.app_label, 0)
            same = target._meta.app_label == model._meta.app_label
            assert same or above < layer, f"{model.__name__}.{field.name} → {target.__name__}"


def test_nobody_imports_upwards_or_sideways() -> None:
    for path in sources():
        own = path.relative_to(ROOT).parts[0]
        if own == "config":
            continue
        for module in imported(path):
            other = module.split(".")[0]
            if other in OURS and other != own:
                assert LAYERS.get(other, 9) < LAYERS[own], f"{name(path)} imports {module}"


def imported(path: Path) -> list[str]:
    tree = ast.parse(code(path))
    plain = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    return plain + [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level]


def machines() -> list[type[Stateful]]:
    return [model for model in apps.get_models() if issubclass(model, Stateful)]


def test_there_are_machines() -> None:
    assert {model.machine_name for model in machines()} >= {"order", "refund", "parcel", "ticket"}


@pytest.mark.parametrize("model", machines(), ids=lambda model: model.machine_name)
def test_every_verb_says_who_and_every_status_is_protected(model: type[Stateful]) -> None:
    field = model._meta.get_field("status")  # type: ignore[misc]  # each machine declares its own
    assert isinstance(field, FSMField)
    assert field.protected
    for verb in transition_names(model):
        assert allowed_actors(model, verb), verb
        assert allowed_actors(model, verb) <= set(KINDS), verb


def test_only_a_ticket_takes_facts_by_any_name_and_it_checks_them() -> None:
    """Its `set` refuses what is no column (aftersales/tests/test_machine.py); others name each fact they take."""
    for model in machines():
        for verb in transition_names(model):
            kinds = {parameter.kind for parameter in inspect.signature(getattr(model, verb)).parameters.values()}
            if inspect.Parameter.VAR_KEYWORD in kinds:
                assert model.machine_name == "ticket", f"{model.machine_name}.{verb}"
                assert "self.set(" in inspect.getsource(getattr(model, verb)), verb


def test_bulk_updates_name_no_status() -> None:
    from aftersales.ledger import lines

    assert "status" not in lines.FIELDS


def test_money_is_never_a_float() -> None:
    rooms = (*MONEY, "aftersales/services", "aftersales/ledger", "orders/services", "refunds/services")
    for path in (path for path in sources() if name(path).startswith(rooms)):
        for node in ast.walk(ast.parse(code(path))):
            is_float = isinstance(node, ast.Name) and node.id == "float"
            is_literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
            assert not any((is_float, is_literal)), f"{name(path)}: {ast.dump(node)}"
    for model in apps.get_models():
        if model._meta.app_label in LAYERS:
            kinds = {field.get_internal_type() for field in model._meta.fields}
            assert "FloatField" not in kinds, model


def test_services_never_look_at_the_clock_themselves() -> None:
    """`now` comes in through the door. The written exception is the real clock of calls to services outside
    (kernel/calls/clock.py)."""
    looks = re.compile(r"timezone\.now\(\)|datetime\.now\(|date\.today\(")
    rooms = ("services", "ledger", "rules", "policy.py", "machine.py", "sweeps.py")
    for path in sources():
        if set(rooms) & {*path.relative_to(ROOT).parts}:  # the folder of the checkout may have any name
            assert not looks.search(code(path)), name(path)


# Which test moves the clock for which job.
MOVED = {
    "approve_unanswered": "aftersales/tests/test_clocks.py",
    "close_unanswered": "aftersales/tests/test_clocks.py",
    "receive_unanswered": "aftersales/tests/test_clocks.py",
    "complete_reshipped": "aftersales/tests/test_clocks.py",
    "mark_overdue": "aftersales/tests/test_clocks.py",
    "doubt_tracking": "aftersales/tests/test_tracking.py",
    "cancel_pickups": "aftersales/tests/test_pickups.py",
    "ask_pickups": "logistics/tests/pickups/conftest.py",
    "mark_duties": "aftersales/tests/test_duties.py",
    "send_alarms": "aftersales/tests/test_alarms.py",
    "release_reservations": "aftersales/tests/test_traps.py",
    "release_absent": "aftersales/tests/test_assignment.py",
    "confirm_receipt": "aftersales/tests/test_order_clocks.py",
    "close_window": "aftersales/tests/test_order_clocks.py",
    "send_refunds": "refunds/tests/",
    "apply_notices": "refunds/tests/test_notices.py",
    "ask_complaints": "refunds/tests/complaints/test_wechatpay.py",
    "list_complaints": "refunds/tests/complaints/test_wechatpay.py",
    "forget_cards": "refunds/tests/wechatpay/test_redirections.py",
    "send_transfers": "refunds/tests/transfers/test_alipay.py",
    "ask_couriers": "logistics/tests/tracks/test_ask.py",
    "follow_parcels": "logistics/tests/tracks/test_ask.py",
    "suspect_losses": "logistics/tests/tracks/test_chase.py",
    "look_again": "refunds/tests/test_may_arrive.py",
    "reconcile": "refunds/tests/test_reconcile.py",
    "purge_idempotency": "kernel/tests/",
    "erase_people": "tests/test_erasure.py",
    "purge_evidence": "aftersales/tests/test_evidence.py",
    "purge_files": "aftersales/tests/test_uploads.py",
}


def test_every_job_has_a_test_with_a_moved_clock() -> None:
    """lilishop declared three timers that no code read."""
    known = {job.name for job in jobs()}
    assert known - MOVED.keys() == set(), "write a test, and name it here"
    for job, where in MOVED.items():
        folder = ROOT / where
        texts = [code(path) for path in ([folder] if folder.is_file() else folder.rglob("*.py"))]
        assert any(job in text or "sweep(" in text for text in texts), job
