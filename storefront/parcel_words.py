"""What a buyer reads of a parcel with which something is wrong."""

from datetime import datetime

from logistics.api.answers import ParcelAnswer
from logistics.wording import for_buyer


def parcel_notice(parcel: ParcelAnswer) -> str:
    since = parcel["silent_since"]
    silent_since = datetime.fromisoformat(since) if since else None
    return for_buyer(
        status=parcel["status"], kind=parcel["kind"], silent_since=silent_since, scanned=bool(parcel["events"])
    )
