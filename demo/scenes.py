"""The script: every scene is an order, what was bought, and the path that it and its ticket have gone so far."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from aftersales.states import Type

Items = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Scene:
    """`path`: steps of `story.STEPS`, each with its usual delay, or "step+hours". `rest`: hours since the last step.

    `tenders`: the beginning of each transaction number (contract §7 gives it a meaning) and its weight.
    """

    path: str
    shop: str = "lantern"
    buyer: str = "alice"
    items: Items = (("LAMP-S", 1),)
    type: str = ""
    reason: str = ""
    text: str = ""
    by: str = ""
    rest: float = 0.0
    freight: str = "0.00"
    discount: str = "0.00"
    points: int = 0
    coupons: tuple[str, ...] = ()
    tenders: tuple[tuple[str, int], ...] = (("PAY-", 1),)
    units: int = 0
    claimed: str = ""
    exchange_sku: str = ""
    return_freight: str = ""
    confirmed_exempt: bool = False
    channel: str = "sandbox"


DELIVERED = "buy ship deliver"
COMPLETED = "buy ship deliver confirm"
BACK = f"{DELIVERED} apply approve ship_back arrive"

# Every status that a type can have, and how it is reached.
PATHS: dict[str, dict[str, str]] = {
    Type.REFUND_ONLY: {
        "pending_review": "buy ship apply",
        "pending_refund": "buy apply refund",  # along a channel that refuses: it waits for a person
        "completed": "buy apply refund",
        "rejected": "buy ship apply reject",
        "cancelled": "buy ship apply withdraw",
        "closed": "buy ship apply reject clock+168",
    },
    Type.RETURN_REFUND: {
        "pending_review": f"{DELIVERED} apply",
        "pending_return": f"{COMPLETED} apply approve",
        "pending_refund": BACK,
        "completed": f"{COMPLETED} apply approve ship_back arrive receive refund",
        "rejected": f"{DELIVERED} apply reject",
        "cancelled": f"{DELIVERED} apply withdraw",
        "closed": f"{DELIVERED} apply approve clock+168",
    },
    Type.EXCHANGE: {
        "pending_review": f"{DELIVERED} apply",
        "pending_supplement": f"{DELIVERED} apply approve",
        "pending_return": f"{DELIVERED} apply approve supplement",
        "pending_reship": f"{DELIVERED} apply approve supplement ship_back arrive receive",
        "reshipped": f"{COMPLETED} apply approve supplement ship_back arrive receive reship",
        "completed": f"{COMPLETED} apply approve supplement ship_back arrive receive reship arrived",
        "rejected": f"{DELIVERED} apply reject",
        "cancelled": f"{DELIVERED} apply approve withdraw",
        "closed": f"{DELIVERED} apply approve clock+24",
    },
    Type.REPAIR: {
        "pending_review": f"{COMPLETED} apply",
        "pending_return": f"{COMPLETED} apply approve",
        "pending_reship": f"{COMPLETED} apply approve ship_back arrive receive",
        "reshipped": f"{COMPLETED} apply approve ship_back arrive receive reship",
        "completed": f"{COMPLETED} apply approve ship_back arrive receive reship arrived",
        "rejected": f"{COMPLETED} apply reject",
        "cancelled": f"{COMPLETED} apply withdraw",
        "closed": f"{COMPLETED} apply approve clock+168",
    },
    Type.REISSUE: {
        "pending_review": f"{DELIVERED} apply",
        "pending_reship": f"{DELIVERED} apply approve",
        "reshipped": f"{DELIVERED} apply approve reship",
        "completed": f"{DELIVERED} apply approve reship arrived",
        "rejected": f"{DELIVERED} apply reject",
        "cancelled": f"{DELIVERED} apply withdraw",
        "closed": f"{DELIVERED} apply reject clock+168",
    },
}

REASONS = {
    Type.REFUND_ONLY: "not_received",
    Type.RETURN_REFUND: "no_reason",
    Type.EXCHANGE: "wrong_choice",
    Type.REPAIR: "fault",
    Type.REISSUE: "missing",
}
TEXTS = {
    Type.REFUND_ONLY: "物流好几天没有更新，一直没收到，麻烦处理一下。",
    Type.RETURN_REFUND: "和家里风格不太搭，包装完好，申请退货退款。",
    Type.EXCHANGE: "型号选小了，想换一个大的，差价我来补。",
    Type.REPAIR: "用了没几天就无法正常工作，麻烦寄回维修。",
    Type.REISSUE: "打开包裹发现少了一件，请补发。",
}
# What is bought in each shop for a ticket of each type; the third entry is the SKU wanted instead.
BOUGHT: dict[str, dict[str, tuple[str, int, str]]] = {
    "lantern": {
        Type.REFUND_ONLY: ("LAMP-S", 1, ""),
        Type.RETURN_REFUND: ("BLANKET-GREY", 1, ""),
        Type.EXCHANGE: ("LAMP-S", 1, "LAMP-L"),
        Type.REPAIR: ("KETTLE-15", 1, ""),
        Type.REISSUE: ("LAMP-S", 2, ""),
    },
    "harbor": {
        Type.REFUND_ONLY: ("CHARGER-65W", 1, ""),
        Type.RETURN_REFUND: ("CHARGER-65W", 2, ""),
        Type.EXCHANGE: ("BUDS-WHITE", 1, "BUDS-BLACK"),
        Type.REPAIR: ("BUDS-BLACK", 1, ""),
        Type.REISSUE: ("CABLE-C1", 3, ""),
    },
}


# What a smaller shop has at hand: something to decide, something under way, something done.
SOME = frozenset({"pending_review", "pending_return", "pending_reship", "completed"})


# Who the cases belong to: a buyer a type, so that nobody's list is a table of everything.
BUYERS = {
    Type.REFUND_ONLY: "bob",
    Type.RETURN_REFUND: "carol",
    Type.EXCHANGE: "dave",
    Type.REPAIR: "erin",
    Type.REISSUE: "frank",
}


def tickets(shop: str, only: frozenset[str] = frozenset()) -> Iterator[Scene]:
    """One ticket of every type in every status, or in `only` these."""
    for type_, statuses in PATHS.items():
        for status, path in statuses.items():
            if not only or status in only:
                yield _ticket(shop, BUYERS[Type(type_)], type_, status, path)


def _ticket(shop: str, buyer: str, type_: str, status: str, path: str) -> Scene:
    sku, quantity, wanted = BOUGHT[shop][type_]
    reason, text = REASONS[Type(type_)], TEXTS[Type(type_)]
    if "ship" not in path:
        reason, text = "dont_want", "拍重了，还没发货，不想要了。"
    if "reject" in path and type_ == Type.RETURN_REFUND:
        reason = "wrong_choice"  # without a reason and in time it could not be rejected (B-05)
    scene = Scene(path, shop, buyer, ((sku, quantity),), type_, reason, text, freight="8.00", exchange_sku=wanted)
    if type_ == Type.REISSUE:
        scene = replace(scene, units=1)
    if (type_, status) == (Type.REFUND_ONLY, "pending_refund"):
        scene = replace(scene, tenders=(("FAIL-", 1),))
    if shop == "lantern" and status in ("rejected", "closed"):
        scene = replace(scene, by="wen")
    return scene


def alices() -> list[Scene]:
    """What somebody sees who logs in as alice: a few orders, each in another situation, of a person who shops."""
    two = (("LAMP-S", 1), ("BLANKET-GREY", 1))
    lamps = (("LAMP-S", 3),)
    return [
        Scene("order", rest=3),  # to pay
        Scene("buy", rest=5, items=(("LAMP-L", 2),), freight="10.00", discount="30.00"),  # to cancel in three taps
        Scene("buy ship", rest=20, items=(("VASE-CELADON", 1), ("LAMP-S", 1)), points=500, freight="6.00"),
        Scene(DELIVERED, rest=14, items=two, freight="10.00"),  # to confirm
        Scene(COMPLETED, rest=26, items=(("LAMP-S", 2), ("PILLOW-SLIP", 1)), discount="15.00", coupons=("NEW-15",)),
        # to send back, to pay the difference, waiting for the shop, refunded, refused
        _ticket("lantern", "alice", Type.RETURN_REFUND, "pending_return", PATHS[Type.RETURN_REFUND]["pending_return"]),
        _ticket("lantern", "alice", Type.EXCHANGE, "pending_supplement", PATHS[Type.EXCHANGE]["pending_supplement"]),
        Scene(f"{DELIVERED} apply", items=(("KETTLE-15", 1),), type="repair", reason="fault",
              text="加热很慢，想直接退款。", rest=11),
        Scene(f"{BACK} receive refund approve_payable pay_payable", items=lamps, type="return_refund",
              reason="quality", units=2, discount="37.00", tenders=(("PAY-", 3), ("CARD-", 2)), points=800,
              text="两只灯有频闪，申请退货。", return_freight="14.00", rest=5),
        Scene(f"{DELIVERED} apply reject", "harbor", "alice", (("CHARGER-65W", 1), ("CABLE-C1", 2)), "return_refund",
              "wrong_choice", "买成三口的了，想退掉。", units=1, rest=9),
    ]  # fmt: skip


def orders() -> list[Scene]:
    """The other states and fulfilments of an order, without tickets."""
    two = (("LAMP-S", 1), ("BLANKET-GREY", 1))
    return [
        Scene("order close", "lantern", "bob", two, rest=30),
        Scene("order pay", "lantern", "carol", two, rest=2, freight="12.00"),
        Scene("buy pack", "lantern", "dave", (("KETTLE-15", 1),), rest=6, tenders=(("PAY-", 2), ("CARD-", 1))),
        Scene("buy ship_part", "lantern", "erin", two, rest=8, discount="20.00"),
        Scene(COMPLETED, "lantern", "frank", (("SIGN-CUSTOM", 1),), rest=30, confirmed_exempt=True),
        Scene(f"{COMPLETED} expire", "lantern", "grace", (("KETTLE-15", 1),), rest=50),
        Scene("buy", "lantern", "bob", (("BLANKET-GREY", 2),), rest=7, points=1000),
        Scene(DELIVERED, "lantern", "grace", (("PILLOW-SLIP", 2),), rest=16),
        Scene("order", "harbor", "bob", (("BUDS-BLACK", 1),), rest=4),
        Scene("buy", "harbor", "grace", (("CHARGER-65W", 1), ("CABLE-C1", 2)), rest=4, discount="10.00"),
        Scene("buy ship", "harbor", "carol", (("CASE-CLEAR", 1),), rest=22, freight="5.00"),
        Scene(COMPLETED, "harbor", "dave", (("EARTIPS", 2),), rest=40),
        Scene("buy ship deliver", "harbor", "grace", (("VIDEO-MONTH", 1),), rest=9),
    ]


def specials() -> list[Scene]:
    """What a queue really looks like: late ones, alerts, several tenders, lost and refused goods."""
    review, back = f"{DELIVERED} apply", f"{BACK} receive"
    two_ways = (("PAY-", 3), ("CARD-", 2))
    kettle, blanket, lamps = (("KETTLE-15", 1),), (("BLANKET-GREY", 2),), (("LAMP-S", 3),)
    return [
        # overdue: the clock may not decide these
        Scene(f"{review} clock+48", buyer="bob", items=blanket, type="return_refund", reason="wrong_choice", units=1,
              text="颜色选错了，想换一条深色的。"),
        Scene(f"{review} clock+48", buyer="carol", items=lamps, type="refund_only", reason="compensation",
              claimed="25.00", text="灯罩有一道小划痕，希望补偿一点。"),
        Scene(f"{back} clock+168", buyer="bob", items=kettle, type="repair", reason="fault",
              text="壶底漏水，需要维修。"),
        Scene(f"{review} clock+48", "harbor", "erin", (("BUDS-BLACK", 1),), "refund_only", "compensation",
              "右耳音量偏小，和客服商量过补偿。", claimed="60.00"),
        Scene(f"{DELIVERED} apply approve clock+168", "harbor", "bob", (("CABLE-C1", 4),), "reissue", "missing",
              "少发了一根数据线。", units=1),
        # money: a refused channel beside one that worked, a part of an order, compensation, nothing shipped yet
        Scene("buy apply refund", buyer="bob", items=blanket, type="refund_only", reason="late", freight="10.00",
              tenders=(("PAY-", 1), ("FAIL-", 1)), text="说好三天发货，一直没发。", rest=9),
        Scene(f"{review} approve refund", buyer="bob", items=lamps, type="refund_only", reason="compensation",
              claimed="30.00", text="包装破损，协商补偿。", by="wen", rest=28),
        Scene("buy ship_part apply refund", buyer="bob", items=(("LAMP-S", 1), ("BLANKET-GREY", 1)),
              type="refund_only", reason="late", text="毯子一直没发，先退这一件。", rest=20, freight="8.00"),
        Scene(f"{back} refund", "harbor", "frank", (("CHARGER-65W", 2),), "return_refund", "damaged",
              "收到时外壳裂了，申请退货退款。", freight="12.00", tenders=two_ways, rest=52),
        # goods: a cheaper exchange, a lost replacement, refused goods, an application after a rejection
        Scene(f"{back} reship refund", "harbor", "dave", (("BUDS-BLACK", 1),), "exchange", "wrong_choice",
              "还是喜欢白色，想换一副。", exchange_sku="BUDS-WHITE", rest=18),
        Scene(f"{back} reship lose", buyer="bob", items=(("LAMP-L", 1),), type="exchange", reason="quality",
              text="开关失灵，申请换货。", rest=21),
        Scene(f"{BACK} refuse", buyer="bob", items=blanket, type="return_refund", reason="quality", units=1,
              text="边缘脱线，申请退货。", rest=13),
        Scene(f"{BACK} refuse return_goods", "harbor", "bob", (("CHARGER-65W", 1),), "return_refund", "quality",
              "发热严重，申请退货。", rest=17),
        Scene(f"{review} reject amend", buyer="bob", items=lamps, type="return_refund", reason="not_as_described",
              text="色温和页面写的不一样，申请退货。", units=1, rest=4),
        Scene(f"{DELIVERED} apply approve+8 convert refund", buyer="bob", items=(("LAMP-S", 2),), type="reissue",
              reason="missing", text="少发一只。", units=1, rest=6),
        Scene(f"{BACK} receive reship lose reship", "lantern", "grace", kettle, "repair", "fault",
              "按键失灵，需要维修。", rest=15),
        Scene("buy ship deliver apply approve refund", "harbor", "grace", (("VIDEO-MONTH", 1),), "return_refund",
              "other", "卡密无法兑换，申请退款。", rest=12),
    ]  # fmt: skip


def beyond_refunds() -> list[Scene]:
    """Money beside the refunds: what the shop still owes its buyers, and what a bank takes back."""
    lamp, kettle = (("LAMP-L", 1),), (("KETTLE-15", 1),)
    return [
        Scene(f"{BACK} receive refund", buyer="grace", items=lamp, type="return_refund", reason="quality",
              text="灯座松动，申请退货。", return_freight="12.00", rest=6),
        Scene(f"{DELIVERED} apply approve reship arrived grant approve_payable", buyer="dave", items=(("LAMP-S", 2),),
              type="reissue", reason="missing", text="少发一只灯。", units=1, rest=8),
        Scene(f"{BACK} receive reship arrived grant cancel_payable", buyer="erin", items=kettle, type="repair",
              reason="fault", text="加热到一半自动断电。", rest=10),
        Scene(f"{COMPLETED} expire chargeback", buyer="carol", items=kettle, rest=20),
    ]  # fmt: skip


def of_fake_channels() -> list[Scene]:
    """Fresh orders to try a refund with, where `make run` has started the fake channels (FAKE_CHANNELS)."""
    paid = [
        Scene("buy", channel="alipay", tenders=(("PAY-", 1),)),
        Scene("buy", channel="wechatpay", items=(("PILLOW-SLIP", 1),), tenders=(("SLOW-", 1),)),
        Scene("buy", channel="wechatpay", tenders=(("ABNORMAL-", 1),)),
        Scene("buy", channel="stripe", tenders=(("pi_PAY_", 1),)),
    ]
    return [replace(scene, rest=1 + number) for number, scene in enumerate(paid)]


def scenes() -> list[Scene]:
    return [
        *alices(),
        *orders(),
        *tickets("lantern"),
        *tickets("harbor", SOME),
        *specials(),
        *beyond_refunds(),
    ]
