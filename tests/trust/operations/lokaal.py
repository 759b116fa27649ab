"""The operations on local rules, on lines that wait for a person, and on the explanation of a line."""

from collections.abc import Iterator, Mapping

from services.demo.stage import Party
from tests.chain import query
from tests.trust.operation import Key, Operation

REGEL = {
    "naam": "matrix",
    "standaard": "iwmo",
    "grootheid": "volume",
    "eenheid": "04",
    "per": "toewijzing",
    "grens": 999,
    "gevolg": "vragen",
    "retourcode": "9322",
    "begindatum": "2024-01-01",
}
PROEF = {"van": "2024-01-01", "tot": "2024-12-31"}
ANTWOORD = {"regel": 1, "uitkomst": "toegekend"}
REGELS = "/v1/lokale-regels"
OPERATIONS: Mapping[Key, Operation] = {
    ("billing", "POST", REGELS): Operation("beheren", "gemeente", gives=(201, 0), body=REGEL),
    ("billing", "GET", REGELS): Operation("lezen", "gemeente"),
    ("billing", "POST", f"{REGELS}/{{id}}/proef"): Operation("beheren", "gemeente", "lokale regel", body=PROEF),
    ("billing", "POST", f"{REGELS}/{{id}}/aanzetten"): Operation(
        "goedkeuren",
        "gemeente",
        "lokale regel",
        (409, 404),  # it is used already
    ),
    ("billing", "POST", f"{REGELS}/{{id}}/einde"): Operation(
        "beheren", "gemeente", "lokale regel", body={"einddatum": "2099-12-31"}
    ),
    ("billing", "GET", "/v1/vragen"): Operation("lezen", "gemeente"),
    ("billing", "POST", "/v1/vragen/antwoorden"): Operation(
        "beoordelen",
        "gemeente",
        "bericht",
        (404, 404),  # nothing is asked about it
        ANTWOORD,
    ),
    ("billing", "GET", "/v1/prestaties/{id}/uitleg"): Operation("lezen", object="prestatie"),
}


def objects(party: Party, line: str) -> Iterator[tuple[str, str]]:
    """A line of a declaratie of an organisation, and a local rule in use, though only municipalities use them."""
    yield "prestatie", line
    values = f"'{party.code}', gen_random_uuid(), 'oud', 'iwmo', 'regels', 'toewijzing', 999, 'vragen', '9321'"
    columns = "eigenaar, id, naam, standaard, grootheid, per, grens, gevolg, retourcode, begindatum, gemaakt_door"
    made = f"INSERT INTO lokale_regel ({columns}, aan_sinds) VALUES ({values}, '2024-01-01', 'a', now()) RETURNING id"
    yield "lokale regel", str(query(made)[0][0])
