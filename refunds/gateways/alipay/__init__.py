"""Alipay: `alipay.trade.refund` and `alipay.trade.fastpay.refund.query` (docs/channels.md)."""
