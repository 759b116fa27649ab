"""Paying: what was granted, what was agreed without clients, by two persons, in one file for the bank."""

from services.demo.stage import Party, Stage, euros
from shared.calendar import vandaag

IBANS = {"0193": "NL13TEST0123456789", "65656055": "NL83TEST0123456790", "65656056": "NL56TEST0123456791"}
CSV = {"Content-Type": "text/csv"}


def play(stage: Stage, colleague: Party) -> None:
    """From proposal to what the bank did."""
    stage.chapter("Betalen: de een stelt voor, een ander keurt goed")
    for party in stage.parties:
        body = {"houder": party.code, "iban": IBANS[party.code], "naam": party.naam, "begindatum": "2024-01-01"}
        made = stage.gemeente.call("PUT", "billing", "/rekeningen", json=body)
        colleague.call("POST", "billing", f"/rekeningen/{made['id']}/bevestiging")
    proposal = stage.gemeente.call("POST", "billing", "/betaalvoorstellen", 201, json={})
    for payment in proposal["betalingen"]:
        stage.note(f"{payment['naam']}: {euros(payment['bedrag'])} voor {len(payment['regels'])} regels en termijnen")
    path = f"/betaalvoorstellen/{proposal['id']}/goedkeuring"
    stage.gemeente.call("POST", "billing", path, 409)
    stage.expect(
        "wie het voorstelde keurt het niet goed", stage.gemeente.call("POST", "billing", path, 409)["status"], 409
    )
    approved = colleague.call("POST", "billing", path)
    pain = stage.gemeente.apis["billing"].call("GET", f"/v1/betaalvoorstellen/{proposal['id']}/pain")
    stage.expect("pain.001 voor de bank, nageteld tegen de database", pain.status_code, 200)
    rows = [f"{p['kenmerk']};{p['bedrag']};uitgevoerd;{vandaag()};" for p in approved["betalingen"] if p["bedrag"]]
    told = "\n".join(["kenmerk;bedrag;status;datum;reden", *rows])
    result = stage.gemeente.call("POST", "billing", "/bankresultaten", content=told.encode(), headers=CSV)
    stage.expect("de bank voerde alles uit", (result["betaald"], result["bevindingen"]), (len(rows), []))
    left = stage.gemeente.get("billing", "/te-betalen")["te_betalen"]
    stage.expect("er staat niets meer open", left, [])
