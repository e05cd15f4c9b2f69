"""Evidence over HTTP. The files are private: a view checks access before it serves them, never the web server alone."""

from typing import Any
from uuid import UUID

from django.db.models.fields.files import FieldFile
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import caller
from accounts.models import Shop, User
from kernel.errors import NotFound, TooLarge
from orders.access import order_for
from web.api.body import parsed
from web.http import ApiView
from web.schema import WRITE, describe, refusals

from ..access import evidence_for
from ..services import evidence as services
from .answers_proof import EvidenceAnswer
from .representation.evidence import evidence_json
from .serializers import EvidenceInput

TAGS = ["evidence"]
# 64 KiB for the other fields and the boundaries of the form.
MAX_REQUEST_BYTES = services.MAX_VIDEO_BYTES + 64 * 1024
# A browser that opens the file as a page must not run a script in it, load anything for it or frame it.
FILE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
BINARY = {(200, "image/*"): OpenApiTypes.BINARY}


class EvidenceUpload(ApiView):
    parser_classes = [MultiPartParser]

    def check_throttles(self, request: Request) -> None:
        """Before anything reads the body."""
        super().check_throttles(request)
        if request.method == "POST" and int(request.META.get("CONTENT_LENGTH") or 0) > MAX_REQUEST_BYTES:
            raise TooLarge(_("The file is too large. Pictures can have up to 8 MB, videos up to 50 MB."))

    @describe(
        request={"multipart/form-data": EvidenceInput},
        answer=EvidenceAnswer,
        status=201,
        verb=True,
        refuses=(*WRITE, 503),
        tags=TAGS,
        operation_id="evidence_upload",
    )
    def post(self, request: Request) -> Response:
        """Uploads one photo: JPEG, PNG or WebP, written anew without its metadata. Where the shop allows it, a
        video (MP4) as it is. Use the `id` in `evidence` of a ticket; what no ticket uses is deleted after a week."""
        data = parsed(EvidenceInput, request)
        shop = shop_of(caller(request), data)
        row = services.upload(caller(request), data["file"], kind=data["kind"], shop=shop, now=timezone.now())
        return Response(evidence_json(row.pk, row.kind, row.media_type, row.created_at), status=201)


def shop_of(user: User, data: dict[str, str]) -> Shop | None:
    """Whose policy a video is judged by."""
    if order_no := data.get("order_no"):
        order, _actor = order_for(user, order_no, shop=data.get("shop", ""))
        return Shop.objects.select_related("policy").get(pk=order.shop_id)
    if code := data.get("shop"):
        return Shop.objects.select_related("policy").filter(code=code).first()
    return None


class EvidenceFile(ApiView):
    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """<img> asks for pictures, not for JSON; only refusals are JSON here."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        responses={**BINARY, (200, "video/mp4"): OpenApiTypes.BINARY, **refusals((401, 404, 429))},
        tags=TAGS,
        operation_id="evidence_file",
    )
    def get(self, request: Request, pk: UUID) -> FileResponse:
        """The file, for its uploader and the parties of its ticket. A video is a download."""
        row = evidence_for(caller(request), str(pk))
        return served(row.file, row.media_type)

    @extend_schema(
        responses={204: OpenApiResponse(description="Deleted."), **refusals((401, 404, 409, 429))},
        tags=TAGS,
        operation_id="evidence_delete",
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        """Deletes one's own upload while no ticket uses it."""
        row = evidence_for(caller(request), str(pk))
        # `evidence_for` also finds files of tickets that the caller is a party of: those may be read, not deleted.
        if row.uploader_id != caller(request).pk:
            raise NotFound()
        services.delete(row)
        return Response(status=204)


class EvidenceThumbnail(EvidenceFile):
    http_method_names = ["get", "head", "options"]

    @extend_schema(responses={**BINARY, **refusals((401, 404, 429))}, tags=TAGS, operation_id="evidence_thumbnail")
    def get(self, request: Request, pk: UUID) -> FileResponse:
        """A small picture, at most 320 pixels a side. 404 for a video."""
        return served(evidence_for(caller(request), str(pk)).thumbnail, "image/jpeg")


def served(file: FieldFile, media_type: str) -> FileResponse:
    """Never under the name it was uploaded with, never as a page (A18)."""
    if not file.name:
        raise NotFound()
    try:
        stream = file.storage.open(file.name)
    except FileNotFoundError:
        raise NotFound() from None
    name = file.name.rsplit("/", 1)[-1]
    response = FileResponse(stream, as_attachment=media_type == services.VIDEO, filename=name)
    response["Content-Type"] = media_type
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = FILE_POLICY
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
