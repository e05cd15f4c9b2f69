"""How conversations stand: what is unread, and what was written last."""
