"""Past orders from CSV (contract §6): `import_file` for files, `Import` for rows from elsewhere."""

from kernel.tables import Unreadable

from .file import import_file
from .parsed import BadRow
from .reading import group
from .run import Import, Rejects, Summary
from .writing import Target

__all__ = ["BadRow", "Import", "Rejects", "Summary", "Target", "Unreadable", "group", "import_file"]
