"""The sandbox's own record of what it paid back, for whoever tries the system out (contract §7)."""

from django.conf import settings
from django.http import Http404, HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from ..gateways import ENVIRONMENT, Notice, NoticeKind, Outcome, Receipt
from ..models import SandboxRefund
from ..notices.receive import receive


@require_GET
def refunds(request: HttpRequest) -> JsonResponse:
    # It asks for no login, so it exists only where the demo runs.
    if not settings.DEBUG:
        raise Http404
    number = request.GET.get("transaction_no", "").replace("\x00", "")
    rows = SandboxRefund.objects.filter(transaction_no=number, carried_out_at__isnull=False, returned_at=None).order_by(
        "id"
    )
    return JsonResponse([_row(row) for row in rows], safe=False)


@csrf_exempt
@require_POST
def send_back(request: HttpRequest, refund_no: str) -> JsonResponse:
    """The bank sends back what the sandbox had paid, and the sandbox says so by a notice."""
    if not settings.DEBUG:
        raise Http404
    known = SandboxRefund.objects.filter(refund_no=refund_no.replace("\x00", ""), carried_out_at__isnull=False)
    if not known.filter(returned_at=None).update(returned_at=timezone.now()) and not known.exists():
        raise Http404
    row, now = known.get(), timezone.now()
    notice = Notice(
        f"returned-{refund_no}",
        NoticeKind.REFUND,
        at=now,
        transaction_no=row.transaction_no,
        refund_no=row.refund_no,
        amount=row.amount,
        receipt=Receipt(Outcome.RETURNED, f"SB{row.pk}"),
    )
    return JsonResponse({"notice": receive("sandbox", "", notice, verified_by=[ENVIRONMENT], now=now).state})


def _row(row: SandboxRefund) -> dict[str, str]:
    at = timezone.localtime(row.carried_out_at)
    return {
        "refund_no": row.refund_no,
        "transaction_no": row.transaction_no,
        "amount": str(row.amount),
        "at": at.isoformat(),
    }
