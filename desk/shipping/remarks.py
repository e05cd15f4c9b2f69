"""The remarks that whoever packs an order has to read (S-130): of the order, which its tickets write on too."""

from django.db.models import Prefetch

from kernel.languages import labelled
from orders.models import Note, Order

REMARKS = Prefetch("notes", Note.objects.order_by("id"))
MAX_LENGTH = 1000  # characters of one cell


def remarks_of(order: Order) -> str:
    """In one line, the oldest first, each with its flag: “red: leave it at the gate”. For orders with `REMARKS`."""
    return " | ".join(_worded(note) for note in order.notes.all())[:MAX_LENGTH]


def _worded(note: Note) -> str:
    words = " ".join(note.words.split())
    return words if note.flag == note._meta.get_field("flag").default else labelled(note.get_flag_display(), words)
