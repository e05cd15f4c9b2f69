"""What can be applied for on an order, as JSON."""

from orders.models import Order
from web.api.answers import money

from ...selectors.options import Choices, Option
from ...states import Type
from ...wording.refusals import sentences
from ..answers_before import OptionAnswer, OptionsAnswer


def options_json(choices: Choices) -> OptionsAnswer:
    entries = choices.entries()
    units = {type_: choices.max_units(type_) for type_ in Type.values}
    return {
        "types": [_option_json(option, choices.order) for option in choices.options()],
        "lines": [
            {
                "line_id": line,
                "types": [option.type for option in possible],
                "types_labels": [option.label for option in possible],
                "most_units": {option.type: units[option.type][line] for option in possible},
            }
            for line, possible in entries.items()
        ],
    }


def _option_json(option: Option, order: Order) -> OptionAnswer:
    return {
        "type": option.type,
        "type_label": option.label,
        "sentence": option.sentence,
        "eligible": option.possible,
        "reasons": option.reasons,
        "reason_texts": sentences(option.refusals, order.shop),
        "claim_up_to": money(option.claim_up_to, order.currency),
    }
