"""Stripe's adapter against a fake that keeps records of its own, over real sockets."""
