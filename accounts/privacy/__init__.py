"""What is kept of a person, how they get it, and how it is erased (docs/privacy.md)."""
