"""Who is in the demo, and the two shops with what their buyers read. Whatever is there already stays as it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.access import ADMINISTRATOR, member_actor, support_actor
from accounts.invitations import accept
from accounts.login.demo_accounts import PASSWORD
from accounts.models import Faq, Membership, Role, Shop, User
from accounts.services import open_shop, set_member
from accounts.shop_settings.payment_page import SANDBOX, set_payment_page
from aftersales.models import CannedResponse, Use
from kernel.actors import BUYER, SUPPORT, Actor
from logistics.models import ReturnAddress
from logistics.services import add_address

MEMBERS_FOR = timedelta(days=180)
STAFF = {"is_staff": True}
USERS: dict[str, dict[str, Any]] = {
    "alice": {"phone": "13800010001", "email": "alice@example.com"},
    "bob": {"phone": "13800010002", "email": "bob@example.com"},
    "carol": {"phone": "13800010003", "email": "carol@example.com"},
    "dave": {"phone": "13800010004", "email": "dave@example.com"},
    "erin": {"phone": "13800010005", "email": "erin@example.com"},
    "frank": {"phone": "13800010006", "email": "frank@example.com"},
    "grace": {"phone": "13800010007", "email": "grace@example.com"},
    "mei": {"email": "mei@example.com", **STAFF},
    "wen": {"email": "wen@example.com", **STAFF},
    "rui": {"email": "rui@example.com", **STAFF},
    "sun": {"email": "sun@example.com", "support_role": "agent", **STAFF},
    "song": {"email": "song@example.com", "support_role": "supervisor", **STAFF},
    "oms": {},
    "root": {"email": "root@example.com", "is_superuser": True, **STAFF},
}
SHOPS = {
    "lantern": {
        "name": "灯笼家居", "name_en": "Lantern Home", "contact_name": "梅店长",
        "contact_phone": "0571-86000001", "hotline": "400-820-0001",
        "contact_address": "浙江省杭州市西湖区文三路 90 号",
    },
    "harbor": {
        "name": "海港数码", "name_en": "Harbor Digital", "contact_name": "瑞店长",
        "contact_phone": "0755-26000002", "hotline": "400-820-0002",
        "contact_address": "广东省深圳市南山区科技园南区 8 栋",
    },
}  # fmt: skip
MEMBERS = [
    ("lantern", "mei", Role.MANAGER, None),
    ("lantern", "wen", Role.AGENT, Decimal("200.00")),
    ("lantern", "oms", Role.INTEGRATION, None),
    ("harbor", "rui", Role.MANAGER, None),
    ("harbor", "oms", Role.INTEGRATION, None),
]
ADDRESSES = {
    "lantern": ("灯笼家居退货组", "0571-86000011", "浙江省杭州市余杭区仓前街道 3 号仓（售后收）"),
    "harbor": ("海港数码售后部", "0755-26000022", "广东省深圳市宝安区福永街道 12 号仓（售后收）"),
}
# question, answer, and both in English
FAQ = [
    (
        "七天无理由退货怎么算？", "自签收次日零时起七天内可以申请，商品须完好；定制商品在下单时已确认不适用的除外。",
        "How does the 7-day return work?",
        "You can return goods in good condition within 7 days, counted from the day after they were delivered. Goods "
        "made to order are excluded if you agreed to that when you ordered.",
    ),
    (
        "退款多久到账？", "商家收货验收后原路退回，一般当天到账；超过三天未到账请联系店铺。",
        "When do I get my refund?",
        "We refund your original payment method once we have checked the goods, usually on the same day. If you don't "
        "see it after 3 days, please contact us.",
    ),
    (
        "退回的运费谁承担？", "质量问题、发错货或运输破损由商家承担，其余由买家承担。",
        "Who pays for return shipping?",
        "We do if the goods are faulty, wrong, or damaged in transit. Otherwise you do.",
    ),
    (
        "怎么申请换货？", "在订单页选择“申请售后”，类型选“换货”，再选要换的规格；商家收到退货后寄出新品。",
        "How do I exchange something?",
        "Open your order, request after-sales service, choose Exchange and the variant you want. We send it once your "
        "return has arrived.",
    ),
]  # fmt: skip
# title, text, and both in English
REJECTIONS = [
    (
        "照片不清楚", "照片看不出所说的问题，请补充清晰照片后重新申请。",
        "Photos unclear",
        "We can't see the problem in your photos. Please add clearer ones and send your request again.",
    ),
    (
        "影响二次销售", "商品已使用且影响二次销售，不符合退货条件。",
        "Used",
        "The item has been used and can't be sold as new, so it can't be returned.",
    ),
    (
        "超过售后期限", "已超过售后期限，如有疑问请联系客服。",
        "Too late",
        "The period for this request has ended. If you have questions, please contact us.",
    ),
]  # fmt: skip
REPLIES = [
    (
        "已收到", "您好，已收到您的留言，我们核实后今天内回复您。",
        "Got it",
        "Hello, we've got your message. We'll look into it and reply today.",
    ),
    (
        "请补照片", "麻烦您补拍一张问题处的清晰照片，方便我们尽快处理，谢谢。",
        "Photo, please",
        "Could you send us a clear photo of the problem? It helps us sort this out faster. Thank you.",
    ),
    (
        "不客气", "不客气，有问题随时在这里留言，祝您生活愉快。",
        "You're welcome",
        "You're welcome. If anything else comes up, just write to us here.",
    ),
]  # fmt: skip
# Who decides in a shop when a scene does not say.
MANAGERS = {"lantern": "mei", "harbor": "rui"}


@dataclass(frozen=True)
class Cast:
    users: dict[str, User]
    shops: dict[str, Shop]

    def buyer(self, name: str) -> Actor:
        user = self.users[name]
        return Actor(BUYER, user.display_name, user.pk)

    def member(self, name: str, shop: str) -> Actor:
        actor = member_actor(self.users[name], self.shops[shop].pk)
        if actor is None:
            raise LookupError(f"{name} is no member of {shop}")
        return actor

    def support(self, name: str) -> Actor:
        return support_actor(self.users[name])


def gather(now: datetime) -> Cast:
    users = {name: _user(name, **facts) for name, facts in USERS.items()}
    shops = {code: _shop(code) for code in SHOPS}
    _members(users, shops, now)
    cast = Cast(users, shops)
    for code in SHOPS:
        _furnish(cast, code)
    return cast


@cache
def _hash() -> str:
    """Hashing is slow on purpose; one password is hashed once."""
    return make_password(PASSWORD)


def _user(name: str, **facts: Any) -> User:
    user = User.objects.filter(username=name).first()
    return user or User.objects.create(username=name, password=_hash(), **facts)


def _shop(code: str) -> Shop:
    shop = Shop.objects.select_related("policy").filter(code=code).first()
    return shop or open_shop(Shop(code=code, **SHOPS[code]))


def _members(users: dict[str, User], shops: dict[str, Shop], now: datetime) -> None:
    there = set(Membership.objects.values_list("shop__code", "user__username"))
    root = users["root"]
    actor = Actor(SUPPORT, root.display_name, root.pk, ADMINISTRATOR)
    for code, name, role, limit in MEMBERS:
        if (code, name) not in there:
            member = set_member(shops[code], users[name], role=role, review_limit=limit, actor=actor, now=now)
            # Long ago, so that they may be the second person where one is needed (`SECOND_PERSON_DAYS`).
            accept(member, user=users[name], now=now - MEMBERS_FOR)


def _furnish(cast: Cast, code: str) -> None:
    """Where returns go, what buyers ask, what is answered."""
    shop = cast.shops[code]
    name, phone, address = ADDRESSES[code]
    if not ReturnAddress.objects.filter(shop=shop).exists():
        manager = cast.member(MANAGERS[code], code)
        add_address(shop, name=name, phone=phone, address=address, is_default=True, actor=manager)
    if settings.DEBUG and not shop.payment_page_url:
        set_payment_page(shop, url=SANDBOX, actor=cast.member(MANAGERS[code], code), now=timezone.now())
    if not Faq.objects.filter(shop=shop).exists():
        Faq.objects.bulk_create(
            Faq(shop=shop, question=zh, answer=answer_zh, question_en=en, answer_en=answer_en, position=position)
            for position, (zh, answer_zh, en, answer_en) in enumerate(FAQ)
        )
    for use, texts in ((Use.REJECT, REJECTIONS), (Use.REPLY, REPLIES)):
        if not CannedResponse.objects.filter(shop=shop, use=use).exists():
            CannedResponse.objects.bulk_create(
                CannedResponse(shop=shop, use=use, title=title, text=text, title_en=title_en, text_en=text_en)
                for title, text, title_en, text_en in texts
            )
