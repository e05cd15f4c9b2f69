from refunds.tests.wechatpay.conftest import configured, fake, keys, wechatpay

__all__ = ["configured", "fake", "keys", "wechatpay"]
