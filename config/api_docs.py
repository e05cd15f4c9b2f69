"""What the OpenAPI schema says about itself, and what its enumerations are called."""

from . import __version__

SPECTACULAR_SETTINGS: dict[str, object] = {
    "TITLE": "After-sales tickets",
    "DESCRIPTION": "Orders, after-sales tickets of five types, refunds and parcels.",
    "VERSION": __version__,
    "SERVE_INCLUDE_SCHEMA": False,
    # The schema is the same as in the public repository: there is nothing to hide in it.
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": r"/api/v1/",
    # What may be sent is not what comes back, so requests and answers are components of their own.
    "COMPONENT_SPLIT_REQUEST": True,
    # Many fields are called `status` or `kind`. Unnamed, their enumerations get a hash for a name, which changes with
    # their values and breaks generated clients.
    "ENUM_NAME_OVERRIDES": {
        "ActorKindEnum": "config.schema.ACTOR_KIND",
        "OutwardActorKindEnum": "config.schema.OUTWARD_ACTOR_KIND",
        "OrderStatusEnum": "config.schema.ORDER_STATUS",
        "TicketStatusEnum": "config.schema.TICKET_STATUS",
        "TypeEnum": "config.schema.TICKET_TYPE",
        "AuthorKindEnum": "config.schema.AUTHOR_KIND",
        "RefundStatusEnum": "config.schema.REFUND_STATUS",
        "PayableStatusEnum": "config.schema.PAYABLE_STATUS",
        "PayableKindEnum": "config.schema.PAYABLE_KIND",
        "PayableByHandKindEnum": "config.schema.PAYABLE_BY_HAND_KIND",
        "PayeeEnum": "config.schema.PAYEE",
        "ChargebackStatusEnum": "config.schema.CHARGEBACK_STATUS",
        "ComplaintStatusEnum": "config.schema.COMPLAINT_STATUS",
        "RedirectionTargetEnum": "config.schema.REDIRECTION_TARGET",
        "RefundKindEnum": "config.schema.REFUND_KIND",
        "ParcelStatusEnum": "config.schema.PARCEL_STATUS",
        "ParcelKindEnum": "config.schema.PARCEL_KIND",
        "EvidenceKindEnum": "config.schema.EVIDENCE_KIND",
        "FreightPayerEnum": "config.schema.FREIGHT_PAYER",
        "GroundEnum": "config.schema.REJECTION_GROUND",
        "MoneyTypeEnum": "config.schema.MONEY_TYPE",
        "OfferStatusEnum": "config.schema.OFFER_STATUS",
        "ConditionEnum": "config.schema.CONDITION",
        "ExtraConditionEnum": "config.schema.EXTRA_CONDITION",
        "UndeliveredConditionEnum": "config.schema.UNDELIVERED_CONDITION",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.schema.numbers_take_a_shop",
    ],
    # The files come from this site: the Content-Security-Policy allows no other host.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
