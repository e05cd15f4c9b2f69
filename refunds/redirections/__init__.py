"""A refund that the buyer's account did not take, sent on to another account by two people (docs/channels.md)."""
