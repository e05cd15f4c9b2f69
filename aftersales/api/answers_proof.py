"""Files of evidence, and what was paid by hand with them as proof."""

from typing import Annotated, TypedDict

from web.api.answers import Moment, OneOf, Uuid

from ..models import Evidence


class EvidenceAnswer(TypedDict):
    id: Uuid
    kind: Annotated[str, OneOf(Evidence.Kind.values)]
    kind_label: str
    media_type: str
    url: str
    thumbnail_url: Annotated[str | None, "Null for a video."]
    created_at: Moment


class SettlementAnswer(TypedDict):
    """Two people said that this money went back another way."""

    at: Moment
    proof: str
    evidence: list[EvidenceAnswer]
    object_until: Annotated[Moment, "Until then, itself excluded, the buyer may `object`."]
    objected_at: Annotated[Moment | None, "The buyer objects, and support has not decided yet."]
    ruled_at: Annotated[Moment | None, "Support has decided that it counts."]
