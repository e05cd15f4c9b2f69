"""What is still against an application that was refused once: what the buyer has cured, the page takes back."""

from aftersales.rules.refusal import Refused
from aftersales.selectors.options import Choices
from aftersales.selectors.preview import preview
from kernel.errors import DomainError

from ..forms.apply import Draft
from .amount import Amount


def unmet(choices: Choices, draft: Draft, amount: Amount | None) -> DomainError | None:
    """What sending the draft would be refused for now, as far as it can be told without sending it. `amount`: of the
    draft, where the page has it already."""
    try:
        application = draft.finished()
        refusals = (amount.preview if amount else preview(choices, application)).quote.refusals
    except DomainError as error:
        return error
    return Refused(refusals) if refusals else None
