"""The explanation of a line over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Security

from services.billing.models import PrestatieId
from services.billing.uitleg import samenstellen
from services.billing.uitleg.models import Uitleg
from shared.calendar import system_clock
from shared.db.session import transaction
from shared.security import Caller, caller

router = APIRouter(tags=["declaraties"])
Reader = Annotated[Caller, Security(caller, scopes=["lezen"])]


@router.get("/prestaties/{id}/uitleg", summary="Waarom een prestatie werd wat zij werd")
def get_uitleg(id: PrestatieId, who: Reader) -> Uitleg:  # noqa: A002
    """The allocation, tariff, arithmetic and rules as they stood when the line was judged, or sent, in sentences."""
    with transaction(who) as session:
        return samenstellen.explain(session, who, id, system_clock())
