"""The allocation service: toewijzingen, starts and stops, and the judgement of their messages."""

from services.allocation.api import router
from shared.web import create_app

app = create_app("allocation", "Toewijzingen vaststellen en wijzigen, starts en stops melden.", router)
