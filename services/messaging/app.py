"""The messaging service: iWmo and iJw messages in and out."""

from services.messaging.api import router
from shared.web import create_app

app = create_app("messaging", "Berichten van iWmo en iJw: aanleveren, controleren, beantwoorden, bezorgen.", router)
