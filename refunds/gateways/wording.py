"""What is wrong with the settings of a channel, and what to do, in a sentence."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from .. import channel_settings
from ..labels import NO_ANSWER, company
from .port import Fault, Finding

PROVED = gettext_lazy("%(channel)s knows the account and our key, and its answer is genuine. No money was moved.")
FAULTS: dict[Fault, "str | Promise"] = {
    Fault.OFF: gettext_lazy("%(channel)s isn't set up. It needs %(detail)s."),
    Fault.HALF: gettext_lazy("%(channel)s is only partly set up. Still missing: %(detail)s."),
    Fault.KEY_FILE: gettext_lazy("The file of a key can't be read: %(detail)s."),
    Fault.KEY_PRIVATE: gettext_lazy("%(detail)s isn't an RSA private key. Paste it as PEM or as base64."),
    Fault.KEY_PUBLIC: gettext_lazy("%(detail)s isn't an RSA public key. Paste it as PEM or as base64."),
    Fault.KEY_PASSWORD: gettext_lazy("%(detail)s is protected by a password. Save the key without one."),
    Fault.KEY_SHORT: gettext_lazy("%(detail)s is too short. The channel requires RSA keys of at least 2048 bits."),
    Fault.KEY_OWN: gettext_lazy(
        "%(detail)s is the public half of your own key. Use the public key that %(channel)s shows after you uploaded"
        " yours."
    ),
    Fault.KEY_KIND: gettext_lazy("This isn't the right kind of key: %(detail)s."),
    Fault.SEALED: gettext_lazy(
        "The stored secrets of this account can't be read: %(detail)s doesn't have the key that encrypted them."
    ),
    Fault.API_KEY: gettext_lazy("%(channel)s refused the key: %(detail)s."),
    Fault.PERMISSION: gettext_lazy("%(channel)s doesn't let this key refund: %(detail)s. Give it that permission."),
    Fault.KEY_ID: gettext_lazy(
        "%(detail)s must be the ID that %(channel)s shows beside its public key. It starts with PUB_KEY_ID_."
    ),
    Fault.KEY_SECRET: gettext_lazy("%(detail)s must be exactly 32 characters long, as it was set at %(channel)s."),
    Fault.URL: gettext_lazy("%(detail)s must be an https:// address. Only a fake on this machine may use http://."),
    Fault.NO_ANSWER: gettext_lazy("%(channel)s didn't give a usable answer: %(detail)s."),
    Fault.ACCOUNT: gettext_lazy("%(channel)s doesn't know this account number: %(detail)s."),
    Fault.SIGNATURE: gettext_lazy(
        "%(channel)s refused our signature: %(detail)s. The private key doesn't belong to the public key or the"
        " certificate that it knows."
    ),
    Fault.CLOCK: gettext_lazy("%(channel)s refused our time: %(detail)s. Set this machine's clock right."),
    Fault.REFUSED: gettext_lazy("%(channel)s refused the question: %(detail)s."),
    Fault.FORGED: gettext_lazy(
        "The answer isn't signed by the public key that is set for %(channel)s. Check that key and the address."
    ),
    Fault.CERTIFICATE: gettext_lazy(
        "Refunds work, but transfers don't: %(channel)s takes them only from an app in certificate mode. Set the"
        " certificates (%(detail)s), or turn transfers off."
    ),
    Fault.CERT_KIND: gettext_lazy(
        "%(detail)s isn't a certificate with an RSA key. Paste the whole .crt file as %(channel)s gives it."
    ),
    Fault.CERT_KEY: gettext_lazy("%(detail)s isn't the certificate of the private key that is set."),
    Fault.TRANSFERS: gettext_lazy(
        "Refunds work, but %(channel)s refused a question about a transfer: %(detail)s. Have transfers granted there,"
        " or turn them off."
    ),
}
TRANSFERS_ON = gettext_lazy("Payables may be paid out of this account by transfers.")
TRANSFERS_OFF = gettext_lazy("Transfers are off for this account, so payables are paid another way.")
# What each variable is called where people type it, as the channel's own console does.
LABELS: "dict[str, str | Promise]" = {
    "ALIPAY_APP_ID": gettext_lazy("App ID"),
    "ALIPAY_PRIVATE_KEY": gettext_lazy("Private key of your app"),
    "ALIPAY_PUBLIC_KEY": gettext_lazy("Alipay's public key"),
    "ALIPAY_APP_CERT": gettext_lazy("Certificate of your app"),
    "ALIPAY_ROOT_CERT": gettext_lazy("Alipay's root certificates"),
    "STRIPE_API_KEY": gettext_lazy("Secret key"),
    "STRIPE_WEBHOOK_SECRET": gettext_lazy("Signing secret of the webhook"),
    "WECHATPAY_MCHID": gettext_lazy("Merchant number"),
    "WECHATPAY_SERIAL_NO": gettext_lazy("Serial number of the API certificate"),
    "WECHATPAY_PRIVATE_KEY": gettext_lazy("Private key of the API certificate"),
    "WECHATPAY_APIV3_KEY": gettext_lazy("APIv3 key"),
    "WECHATPAY_PUBLIC_KEY_ID": gettext_lazy("ID of WeChat Pay's public key"),
    "WECHATPAY_PUBLIC_KEY": gettext_lazy("WeChat Pay's public key"),
    "WECHATPAY_NEXT_PUBLIC_KEY_ID": gettext_lazy("ID of its next public key"),
    "WECHATPAY_NEXT_PUBLIC_KEY": gettext_lazy("Its next public key"),
}
# What helps to find it there.
HELP_TEXTS: "dict[str, str | Promise]" = {
    "ALIPAY_PUBLIC_KEY": gettext_lazy("In certificate mode, the file alipayCertPublicKey_RSA2.crt."),
    "ALIPAY_APP_CERT": gettext_lazy("Only in certificate mode, which transfers need: the file appCertPublicKey_….crt."),
    "ALIPAY_ROOT_CERT": gettext_lazy("Only in certificate mode: the file alipayRootCert.crt."),
}
_VARIABLE = re.compile(r"\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b(?: or \1_FILE\b)?")


def transfers_text(channel: str, *, on: bool) -> str:
    """Empty for a channel that has none."""
    if channel not in channel_settings.TRANSFERS:
        return ""
    return str(TRANSFERS_ON if on else TRANSFERS_OFF)


def finding_text(finding: Finding, channel: str, *, of_shop: bool = False) -> str:
    """`of_shop`: variables are called as the fields of the form in which a shop types them."""
    text = FAULTS[finding.fault] if finding.fault else PROVED
    detail = finding.detail.removeprefix(NO_ANSWER)
    if of_shop:
        detail = _VARIABLE.sub(lambda match: str(LABELS.get(match[1], match[0])), detail)
    return str(text) % {"channel": company(channel), "detail": detail}
