"""How long a shop has for a complaint, as the channels tell merchants, and how often they are asked."""

from datetime import datetime, timedelta

# From the complaint: until the first answer, and until it is solved. Where nothing stands here, the merchant platform
# names the time.
ANSWER_WITHIN = {"wechatpay": timedelta(hours=24)}
SOLVE_WITHIN = {"wechatpay": timedelta(hours=72)}
# Complaints made so long ago are asked for by the list: one whose notice was lost is found, and one that goes on.
# WeChat Pay answers for at most 30 days, both ends counted.
LISTED = timedelta(days=29)
SECONDS, LIST_SECONDS = 10.0, 40.0  # of a question about one, and of all pages of the list
BREAK_AFTER = 3  # in a row without an answer: the account, or the channel, is left alone for this run
TEXT_LENGTH = 2000


def answer_by(channel: str, opened_at: datetime) -> datetime | None:
    within = ANSWER_WITHIN.get(channel)
    return opened_at + within if within else None


def solve_by(channel: str, opened_at: datetime) -> datetime | None:
    within = SOLVE_WITHIN.get(channel)
    return opened_at + within if within else None
