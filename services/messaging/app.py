"""The messaging service: iWmo and iJw messages in and out."""

from fastapi import APIRouter

from services.messaging import api, beheer, codelijsten, opschoning
from shared.web import create_app

router = APIRouter()
router.include_router(api.router)
router.include_router(codelijsten.router)
router.include_router(beheer.router)
router.include_router(opschoning.router)
app = create_app("messaging", "Berichten van iWmo en iJw: aanleveren, controleren, beantwoorden, bezorgen.", router)
