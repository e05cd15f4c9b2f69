from pathlib import Path

from django.utils import timezone

from orders.importing import Target, import_file
from orders.importing.columns import FULL, OPTIONAL
from orders.models import OrderLine, Sku
from tests.world import World

from .test_import_orders import GOOD, text_of

LAMP = {"title": "床头灯", "title_en": "Bedside lamp", "spec": "小号", "spec_en": "Small"}


def test_both_are_imported(world: World, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    bare = GOOD | dict.fromkeys(OPTIONAL, "")
    rows = [bare | LAMP, bare | {"order_no": "I-2", "transaction_no": "P-2", "title": "床头灯", "spec": "大号"}]
    path.write_text(text_of(rows, header=FULL))
    summary = import_file(path, Target(world.lantern, timezone.now()), dry_run=False)
    assert (summary.orders, summary.rejected) == (2, 0)
    assert Sku.objects.get(code=GOOD["sku"]).title_en == "Bedside lamp"
    rows_stored = OrderLine.objects.order_by("position", "order_id").values_list("title_en", "spec_en")
    assert sorted(rows_stored) == [("Bedside lamp", ""), ("Bedside lamp", "Small")]
