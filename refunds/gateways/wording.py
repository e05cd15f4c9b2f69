"""What is wrong with the settings of a channel, and what to do, in a sentence."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from ..labels import channel_label
from .port import Fault, Finding

PROVED = gettext_lazy("%(channel)s knows the account and our key, and its answer is genuine. No money was moved.")
FAULTS: dict[Fault, "str | Promise"] = {
    Fault.OFF: gettext_lazy("%(channel)s isn't set up. It needs %(detail)s."),
    Fault.HALF: gettext_lazy("%(channel)s is only partly set up. Still missing: %(detail)s."),
    Fault.KEY_FILE: gettext_lazy("The file of a key can't be read: %(detail)s."),
    Fault.KEY_PRIVATE: gettext_lazy("%(detail)s isn't an RSA private key. Paste it as PEM or as base64."),
    Fault.KEY_PUBLIC: gettext_lazy(
        "%(detail)s isn't an RSA public key. Paste it as PEM or as base64; a certificate doesn't work."
    ),
    Fault.KEY_PASSWORD: gettext_lazy("%(detail)s is protected by a password. Save the key without one."),
    Fault.KEY_SHORT: gettext_lazy("%(detail)s is too short. The channel requires RSA keys of at least 2048 bits."),
    Fault.KEY_OWN: gettext_lazy(
        "%(detail)s is the public half of your own key. Use the public key that %(channel)s shows after you uploaded"
        " yours."
    ),
    Fault.URL: gettext_lazy("%(detail)s must be an https:// address. Only a fake on this machine may use http://."),
    Fault.NO_ANSWER: gettext_lazy("%(channel)s didn't give a usable answer: %(detail)s."),
    Fault.ACCOUNT: gettext_lazy("%(channel)s doesn't know this account number: %(detail)s."),
    Fault.SIGNATURE: gettext_lazy(
        "%(channel)s refused our signature: %(detail)s. The private key doesn't belong to the public key that was"
        " uploaded there."
    ),
    Fault.CLOCK: gettext_lazy("%(channel)s refused our time: %(detail)s. Set this machine's clock right."),
    Fault.REFUSED: gettext_lazy("%(channel)s refused the question: %(detail)s."),
    Fault.FORGED: gettext_lazy(
        "The answer isn't signed by the public key that is set for %(channel)s. Check that key and the address."
    ),
}


def finding_text(finding: Finding, channel: str) -> str:
    text = FAULTS[finding.fault] if finding.fault else PROVED
    return str(text) % {"channel": channel_label(channel), "detail": finding.detail}
