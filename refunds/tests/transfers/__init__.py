"""Payables paid out through the channel, over real sockets against the fakes."""
