"""WeChat Pay v3: `/v3/refund/domestic/refunds` (docs/channels.md)."""
