"""What is asked for, and what becomes of it."""

from web.api.actions import Action

from ... import services
from ..serializers import (
    AcceptOfferInput,
    AmendInput,
    AnswerOfferInput,
    ApproveInput,
    ObjectInput,
    OfferInput,
    RejectInput,
    RuleObjectionInput,
    RuleSettlementInput,
    application,
)
from . import examples

DECISIONS = (
    Action(
        name="withdraw",
        service=services.withdraw,
        description="The buyer takes the application back (S-040). It counts as an unsuccessful one.",
    ),
    Action(
        name="amend",
        service=services.amend,
        description=(
            "The buyer changes an undecided application, or applies anew after a rejection (S-039). Photos "
            "that were sent before still count when none are sent."
        ),
        body=AmendInput,
        examples=examples.AMEND,
        arguments=lambda request, body: {"application": application(body)},
    ),
    Action(
        name="approve",
        service=services.approve,
        description=(
            "The merchant agrees. Less than requested, and a fee, need the buyer's own yes (B-13): 409 "
            "`needs_confirmation`, with the body for `offer` in `details.offer`."
        ),
        body=ApproveInput,
        examples=examples.APPROVE,
    ),
    Action(
        name="reject",
        service=services.reject,
        description=(
            "The merchant rejects, with a reason that the buyer reads (S-035). A no-reason return in time needs a "
            "ground of the law, and each ground counts only where it is true (422 `ground_required`; "
            "`details.grounds` has those that are). A refund of goods that never left is rejected only with "
            "`already_shipped` and the waybill, which ships them in the same breath."
        ),
        body=RejectInput,
        examples=examples.REJECT,
    ),
    Action(
        name="offer",
        service=services.offer,
        description=(
            "The merchant proposes other terms; the buyer accepts or declines. It stops no clock; a newer offer "
            "replaces the open one, and any other move of the ticket ends it. `units`: what was counted at the "
            "inspection, as in `receive`."
        ),
        body=OfferInput,
        examples=examples.OFFER,
    ),
    Action(
        name="accept-offer",
        service=services.accept_offer,
        description="The buyer says yes: the ticket is approved, or its inspection settled, on these terms at once.",
        body=AcceptOfferInput,
        examples=examples.ACCEPT_OFFER,
    ),
    Action(
        name="decline-offer",
        service=services.decline_offer,
        description="The buyer says no: the ticket goes on as if nothing had been offered.",
        body=AnswerOfferInput,
        examples=examples.DECLINE_OFFER,
    ),
    Action(
        name="object",
        service=services.object_to,
        description=(
            "The buyer objects to an amount that was lowered on a note, until 7 days after the payment (B-13). What "
            "was kept back becomes a claim of its own, `noted_consent.objection`: a manager decides, then support. Or "
            "to a refund or payable that was paid by hand, until 7 days after it: support decides "
            "(`rule-settlement`)."
        ),
        body=ObjectInput,
        examples=examples.OBJECT,
    ),
    Action(
        name="rule-objection",
        service=services.rule_objection,
        description="Support decides on an objection that a manager rejected or left undecided beyond the review time.",
        body=RuleObjectionInput,
        examples=examples.RULE_OBJECTION,
    ),
    Action(
        name="rule-settlement",
        service=services.rule_settlement,
        description=(
            "Support decides on what the buyer objects to: the settlement by hand counts, or it is void: the refund "
            "has failed again, the payable is to be paid anew. Never by somebody who settled it; above 1,000.00 a "
            "supervisor."
        ),
        body=RuleSettlementInput,
        examples=examples.RULE_SETTLEMENT,
    ),
)
