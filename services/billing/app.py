"""The billing service: contracts, tariffs, deliveries, declaraties and paying."""

from fastapi import APIRouter

from services.billing import api
from services.billing.betalen import api as betalen
from services.billing.inzicht import api as inzicht
from services.billing.leveringen import api as leveringen
from services.billing.lokaal import api as lokaal
from services.billing.uitleg import api as uitleg
from shared.web import create_app

router = APIRouter()
router.include_router(leveringen.router)
router.include_router(api.router)
router.include_router(betalen.router)
router.include_router(lokaal.router)
router.include_router(inzicht.router)
router.include_router(uitleg.router)
app = create_app("billing", "Contracten en tarieven, leveringen, declaraties en betalingen.", router)
