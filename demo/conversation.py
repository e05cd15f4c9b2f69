"""What buyer and merchant say to each other on open tickets. On some the buyer has the last word, and waits."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from aftersales import services
from aftersales.models import Ticket

if TYPE_CHECKING:
    from .story import Story

# Status → a question and its answer.
TALK: dict[str, tuple[str, str]] = {
    "pending_review": ("您好，申请已提交，麻烦尽快看一下，谢谢。", "您好，已收到您的申请，今天内给您答复。"),
    "pending_return": ("请问寄哪家快递比较好？可以到付吗？", "顺丰、中通都可以，运费请先垫付，不收到付件哦。"),
    "pending_refund": ("请问退款大概什么时候能到？", "财务正在处理，一般 1–2 个工作日原路退回。"),
    "pending_reship": ("请问什么时候能寄出来呢？", "仓库正在安排，寄出后单号会显示在这里。"),
    "rejected": ("补拍了一张，问题处已经拍清楚了，请再看一下。", "好的，我们请质检同事再核对一遍。"),
}
PAUSE = timedelta(minutes=4)


@transaction.atomic
def talk(story: "Story") -> None:
    """On every second ticket that is open, a little after its last step."""
    ticket = Ticket.objects.get(pk=story.ticket.pk)
    if story.number % 2 or ticket.status not in TALK:
        return
    question, answer = TALK[ticket.status]
    photo = (story.photo(),) if ticket.status == "rejected" else ()
    services.post_message(ticket, text=question, evidence=photo, actor=story.buyer, now=story.at + PAUSE)
    if story.number % 3:
        services.post_message(ticket, text=answer, actor=story.merchant, now=story.at + 3 * PAUSE)
