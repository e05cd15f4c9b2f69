"""The yardstick: the same answers by plain Django and DRF, without login, permissions, throttles or a state machine."""
