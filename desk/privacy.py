"""What the desk keeps of a person: their lists."""

from accounts.privacy.export import export
from accounts.privacy.parts import Part, register

from .models import SavedFilter

register(Part(name="desk", forget=lambda user: SavedFilter.objects.filter(user=user).delete()))

export(SavedFilter, lambda user: SavedFilter.objects.filter(user=user))
