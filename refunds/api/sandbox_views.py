"""The sandbox's own record of what it paid back, for whoever tries the system out (contract §7)."""

from django.conf import settings
from django.http import Http404, HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from ..models import SandboxRefund


@require_GET
def refunds(request: HttpRequest) -> JsonResponse:
    # It asks for no login, so it exists only where the demo runs.
    if not settings.DEBUG:
        raise Http404
    number = request.GET.get("transaction_no", "").replace("\x00", "")
    rows = SandboxRefund.objects.filter(transaction_no=number, carried_out_at__isnull=False).order_by("id")
    return JsonResponse([_row(row) for row in rows], safe=False)


def _row(row: SandboxRefund) -> dict[str, str]:
    at = timezone.localtime(row.carried_out_at)
    return {
        "refund_no": row.refund_no,
        "transaction_no": row.transaction_no,
        "amount": str(row.amount),
        "at": at.isoformat(),
    }
