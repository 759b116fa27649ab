"""The citizens of the demo: invented, with BSNs of the test range."""

from typing import Any


def young(bsn: str, achternaam: str, voornamen: str, geboren: str, geslacht: str = "2") -> dict[str, Any]:
    """A citizen who is under the custody of a parent (OP002)."""
    found = client(bsn, achternaam, voornamen, geboren, geslacht)
    parent = client(bsn, achternaam, "Robin", geboren)
    relatie = {"nummer": "1", "soort": "10", "naam": parent["naam"], "contact": parent["contactgegevens"][0]}
    return {**found, "relaties": [relatie]}


def client(bsn: str, achternaam: str, voornamen: str, geboren: str, geslacht: str = "2") -> dict[str, Any]:
    """A citizen as the allocation API takes one."""
    return {
        "bsn": bsn,
        "geboortedatum": {"datum": geboren},
        "geslacht": geslacht,
        "naam": {
            "geslachtsnaam": {"achternaam": achternaam},
            "voornamen": voornamen,
            "voorletters": voornamen[0],
            "naam_gebruik": "1",
        },
        "contactgegevens": [
            {
                "soort": "03",
                "adres": {
                    "huis": {"huisnummer": 1},
                    "postcode": "8011PK",
                    "straatnaam": "Grote Kerkplein",
                    "plaatsnaam": "Zwolle",
                    "land_code": "NL",
                },
            }
        ],
    }


SAM = young("999900006", "Jansen", "Sam", "2014-03-02", "1")
NOOR = young("999900018", "Visser", "Noor", "2012-11-20")
WILLEM = client("999900043", "Boer", "Willem", "1951-06-14", "1")
ANNIE = client("999900031", "Smit", "Annie", "1948-01-30")
