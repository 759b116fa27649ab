"""The operations on terms, days off and outcomes, and what they need of a pair of organisations."""

from collections.abc import Iterator, Mapping

from services.demo.stage import Party
from tests.chain import Chain, query
from tests.trust.operation import Key, Operation
from tests.trust.operations import basis

OPERATIONS: Mapping[Key, Operation] = {
    ("allocation", "GET", "/v1/termijnen"): Operation("lezen"),
    ("allocation", "GET", "/v1/signalen"): Operation("lezen"),
    ("allocation", "POST", "/v1/signalen/{id}/gezien"): Operation("lezen", object="signaal"),
    ("allocation", "GET", "/v1/vrije-dagen"): Operation("lezen"),
    ("allocation", "PUT", "/v1/vrije-dagen"): Operation("beheren", body={"datum": "2027-01-04"}),
    ("allocation", "DELETE", "/v1/vrije-dagen/{datum}"): Operation("beheren", object="vrije dag", gives=(204, 404)),
    ("allocation", "POST", "/v1/resultaten"): Operation("leveren", "aanbieder", "beëindigd", (201, 404)),
    ("allocation", "GET", "/v1/resultaten"): Operation("lezen"),
    ("allocation", "GET", "/v1/resultaten/export"): Operation("leveren", "aanbieder"),
    ("allocation", "GET", "/v1/resultaten/export-csv"): Operation("leveren", "aanbieder"),
    ("allocation", "POST", "/v1/resultaten/import"): Operation("beheren", "gemeente"),
    ("allocation", "POST", "/v1/resultaten/import-csv"): Operation("beheren", "gemeente", gives=(422, 0)),  # no rows
}
PERIODE = {"ingangsdatum": "2024-01-01", "einddatum": "2024-06-30"}
_days_off = (f"2027-02-{day:02}" for day in range(1, 29))


def ended(chain: Chain, payer: Party, carer: Party) -> str:
    """An allocation of a pair that was started and stopped for good; its id."""
    body = {**basis.TOEWIJZING, **PERIODE, "aanbieder": carer.code}
    made: str = payer.call("POST", "allocation", "/toewijzingen", 201, json=body)["id"]
    chain.drain()
    start = {"toewijzing": made, "begindatum": PERIODE["ingangsdatum"]}
    carer.call("POST", "allocation", "/starts", 202, json=start)
    stop = {**start, "einddatum": PERIODE["einddatum"], "reden_beeindiging": "19"}
    carer.call("POST", "allocation", "/stops", 202, json=stop)
    chain.drain()
    return made


def objects(party: Party, bericht: str) -> Iterator[tuple[str, str]]:
    """A day off of an organisation and a signal on a message of it."""
    day = next(_days_off)
    party.call("PUT", "allocation", "/vrije-dagen", json={"datum": day, "omschrijving": "Vrij"})
    yield "vrije dag", day
    signaal = f"'{party.code}', gen_random_uuid(), 'retourbericht', 'x', '{bericht}', 'iwmo', '0193', '0193'"
    columns = "eigenaar, id, termijn, object, bericht, standaard, tegenpartij, wie, sinds, uiterlijk, status"
    days = "'2027-01-04', '2027-01-07', 'nadert'"
    yield "signaal", str(query(f"INSERT INTO signaal ({columns}) VALUES ({signaal}, {days}) RETURNING id")[0][0])
