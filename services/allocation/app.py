"""The allocation service: what was bought, toewijzingen, starts and stops, and the judgement of their messages."""

from fastapi import APIRouter

from services.allocation import api
from services.allocation.inkoop import api as inkoop
from services.allocation.levensloop import api as levensloop
from services.allocation.levensloop import reeksapi
from services.allocation.resultaten import api as resultaten
from services.allocation.sturing import api as sturing
from services.allocation.termijnen import api as termijnen
from services.allocation.toewijzen import api as toewijzen
from services.allocation.verzoeken import api as verzoeken
from services.allocation.voorstellen import api as voorstellen
from shared.web import create_app

router = APIRouter()
router.include_router(api.router)
router.include_router(inkoop.router)
router.include_router(toewijzen.router)
router.include_router(levensloop.router)
router.include_router(reeksapi.router)
router.include_router(verzoeken.router)
router.include_router(voorstellen.router)
router.include_router(termijnen.router)
router.include_router(resultaten.router)
router.include_router(sturing.router)
app = create_app("allocation", "Inkoop, toewijzingen, starts en stops, verzoeken, termijnen en budgetten.", router)
