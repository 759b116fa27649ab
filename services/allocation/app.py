"""The allocation service: what was bought, toewijzingen, starts and stops, and the judgement of their messages."""

from fastapi import APIRouter

from services.allocation import api
from services.allocation.inkoop import api as inkoop
from services.allocation.termijnen import api as termijnen
from services.allocation.verzoeken import api as verzoeken
from shared.web import create_app

router = APIRouter()
router.include_router(api.router)
router.include_router(inkoop.router)
router.include_router(verzoeken.router)
router.include_router(termijnen.router)
app = create_app("allocation", "Inkoop, toewijzingen, starts en stops, verzoeken, termijnen en budgetten.", router)
