"""How the channel treats a payment: the first word of its transaction number says so."""

from enum import StrEnum


class Behaviour(StrEnum):
    PROMPT = "PROMPT"  # pays and answers
    LATE = "LATE"  # pays, and answers some seconds later
    SILENT = "SILENT"  # takes the first request, never answers and never pays it
    AFTERWARDS = "AFTERWARDS"  # cuts the first request, and pays it two seconds later
    LOST = "LOST"  # pays, and cuts the connection instead of answering
    CUT = "CUT"  # cuts the first request without having read it
    BROKEN = "BROKEN"  # 500 to the first request, which it does not pay
    PAIDBROKEN = "PAIDBROKEN"  # pays, and answers 500
    GARBLED = "GARBLED"  # pays, and answers what is no JSON
    TWICE = "TWICE"  # pays, and answers twice
    SLOW = "SLOW"  # works on it until it was asked twice
    REFUSED = "REFUSED"  # refuses the first number for good; a new one is paid


# REFUSED stands apart: somebody has to try again with a new number.
SCRIPTED = tuple(behaviour for behaviour in Behaviour if behaviour != Behaviour.PROMPT)


def of(transaction_no: str) -> Behaviour:
    word = transaction_no.partition("-")[0]
    return Behaviour.__members__.get(word, Behaviour.PROMPT)
