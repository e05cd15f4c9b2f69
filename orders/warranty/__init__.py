"""三包: which terms hold for goods of a category, and who sets them (D-8)."""
