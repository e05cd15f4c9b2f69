"""The WeChat Pay channel over real sockets, against the fake of `fakes/wechatpay`."""
