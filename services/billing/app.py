"""The billing service: contracts, tariffs, deliveries, declaraties and what is to be paid."""

from services.billing.api import router
from shared.web import create_app

app = create_app("billing", "Contracten en tarieven, leveringen, declaraties en betaalvoorstellen.", router)
