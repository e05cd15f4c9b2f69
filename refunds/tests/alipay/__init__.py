"""The Alipay channel over real sockets, against the fake of `fakes/alipay`."""
