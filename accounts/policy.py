"""Defaults of every number a shop may set (requirements part C, S-098…S-101, S-153). Days and hours as integers."""

WINDOW_DAYS = 15  # S-011
NO_REASON_DAYS = 7  # D-4 art. 10
RECEIPT_DAYS = 14  # S-098, B-06
EXTENSION_DAYS = 10  # S-093, S-100
REVIEW_HOURS = 48
SUPPLEMENT_HOURS = 24
SHIP_BACK_DAYS = 7
RECEIVE_DAYS = 10
RECEIVE_AFTER_DELIVERY_HOURS = 48
RESHIP_DAYS = 7
REPLACEMENT_CONFIRM_DAYS = 14
REJECTED_DAYS = 7
REFUND_ALARM_DAYS = 3  # part C: alarm at day 3, seven days are the law
MAX_APPLICATIONS = 5  # B-08
