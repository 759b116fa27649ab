"""The rules of messaging: level 2 of every message, and the Header."""

from services.messaging.rules import algemeen as algemeen
from services.messaging.rules import antwoord as antwoord
from services.messaging.rules import client as client
from services.messaging.rules import contact as contact
from services.messaging.rules import declaratie as declaratie
from services.messaging.rules import header as header
from services.messaging.rules import product as product
from services.messaging.rules import regie as regie
from services.messaging.rules import stapeling as stapeling
from services.messaging.rules import verzoek as verzoek
