"""The API of requests: what it shows to whom, what it takes, and what it does once."""

from typing import Any

import pytest

from services.demo import people
from services.demo.stage import Party
from shared.calendar import add_working_days, system_clock, vandaag
from shared.db.session import act_for, owner
from shared.security import YEAR, Toegang, grant_access, new_key, proof_of_key
from tests.chain import Chain, query
from tests.flows import verzoeken as v

Json = dict[str, Any]


def with_role(chain: Chain, code: str, rol: str) -> Party:
    """Somebody with one role at an organisation."""
    key = new_key()
    with owner() as session:
        act_for(session, code)
        grant_access(session, code, Toegang(proof_of_key(key), "sleutel", rol, (rol,), system_clock() + YEAR))
    return chain.party(key, code)


class TestWhatIsShown:
    def test_a_request_for_allocation_with_everything_that_was_asked(self, chain: Chain) -> None:
        asked = v.product(v.IJW, raamcontract="1", commentaar="Graag snel", beschikking_nummer=12)
        asked |= {"beschikking_ingangsdatum": v.over(1), "referentie_aanbieder": "Eigen 1"}
        client = v.verkort(people.SAM) | {"gezagsdrager_bekend": "1", "commentaar": "Belt zelf"}
        [made] = v.asked(chain, v.IJW, v.vot(v.IJW, asked, client=client))
        [seen] = v.waiting(chain)
        found = v.see(chain.gemeente, seen)
        assert {name: found[name] for name in seen} == seen
        assert found == {
            "id": seen["id"],
            "soort": "toewijzing",
            "standaard": "ijw",
            "gemeente": "0193",
            "aanbieder": "65656055",
            "bsn": "999900006",
            "referentie_aanbieder": "Eigen 1",
            "dagtekening": v.over(0),
            "status": "open",
            "uiterlijk": add_working_days(vandaag(), 5).isoformat(),
            "te_laat": False,
            "bericht": seen["bericht"],
            "uiterlijk_woonplaats": v.over(14),
            "reden": None,
            "omschrijving": None,
            "waarschuwingen": [],
            "producten": [
                {
                    "nummer": 1,
                    "soort": "aangevraagd",
                    "toewijzing_nummer": None,
                    "product": v.IJW.product,
                    "ingangsdatum": v.over(7),
                    "einddatum": v.over(190),
                    "omvang": v.WEKELIJKS,
                    "budget": None,
                }
            ],
            "beschikking": {
                "beschikking_nummer": 12,
                "beschikking_ingangsdatum": v.over(1),
                "raamcontract": "1",
                "verwijzer": {"type": "02", "zorgverlener_code": "01234567", "naam": None},
            },
            "client": {
                "geboortedatum": "2014-03-02",
                "geslacht": "1",
                "achternaam": "Jansen",
                "voorvoegsel": None,
                "voornamen": "Sam",
                "voorletters": "S",
                "gezagsdrager_bekend": "1",
                "commentaar": "Belt zelf",
            },
            "commentaar": "Graag snel",
            "antwoorden": [],
        }
        own = v.see(chain.jeugdhulp, made)
        assert {**own, "id": found["id"], "bericht": found["bericht"]} == found

    def test_who_may_not_look_into_it_sees_no_person(self, chain: Chain) -> None:
        v.asked(chain, v.IWMO, v.vot(v.IWMO, v.product(v.IWMO, commentaar="Graag snel")))
        reader = with_role(chain, "0193", "raadpleger")
        [seen] = reader.get("allocation", "/verzoeken")["verzoeken"]
        found = v.see(reader, seen)
        assert (found["bsn"], found["client"], found["commentaar"]) == ("******043", None, None)
        assert seen["bsn"] == "******043"

    def test_reading_is_logged(self, chain: Chain) -> None:
        v.asked(chain, v.IJW, v.vot(v.IJW))
        [seen] = v.waiting(chain)
        v.see(chain.gemeente, seen)
        lines = query(
            "SELECT handeling, onderwerp FROM verwerking WHERE eigenaar = '0193' ORDER BY volgnummer DESC LIMIT 2"
        )
        assert [tuple(line) for line in lines] == [("verzoek ingezien", seen["id"]), ("verzoeken ingezien", "lijst")]

    def test_the_list_by_status_law_and_party_page_by_page(self, chain: Chain) -> None:
        first, second = v.asked(chain, v.IJW, v.vot(v.IJW, v.product(v.IJW), v.product(v.IJW, product=v.IJW.ander)))
        [third] = v.asked(chain, v.IWMO, v.vot(v.IWMO))
        rows = chain.gemeente.get("allocation", "/verzoeken")["verzoeken"]
        references = [row["referentie_aanbieder"] for row in rows]
        assert references == [row["referentie_aanbieder"] for row in (first, second, third)]
        v.decide(chain, rows[1], "onderzoek")
        for asked, wanted in {
            "status=open": [0, 2],
            "status=in-onderzoek": [1],
            "status=afgewezen": [],
            "standaard=iwmo": [2],
            "organisatie=65656055": [0, 1],
            "organisatie=65656055&status=open": [0],
        }.items():
            found = chain.gemeente.get("allocation", f"/verzoeken?{asked}")["verzoeken"]
            assert [references.index(row["referentie_aanbieder"]) for row in found] == wanted
        pages, path = [], "/verzoeken?limit=1"
        while path:
            page = chain.gemeente.get("allocation", path)
            pages += page["verzoeken"]
            path = (page["volgende"] or "").removeprefix("/v1")
        assert [row["id"] for row in pages] == [row["id"] for row in rows]
        assert v.party(chain, v.IWMO).get("allocation", "/verzoeken")["verzoeken"] == [third]

    def test_what_the_municipality_refused_is_told_and_blocks_nothing(self, chain: Chain) -> None:
        """Its 316 says that the client has been asked for under this reference before."""
        [made] = v.asked(chain, v.IJW, v.vot(v.IJW))
        query("UPDATE bericht SET status = 'afgekeurd' WHERE soort = '315' RETURNING 1")
        assert v.see(chain.jeugdhulp, made)["status"] == "afgekeurd"
        [seen] = v.waiting(chain, "afgekeurd")
        refused = v.decide(chain, seen, "inwilliging", client=v.IJW.client)
        assert refused.status_code == 409
        v.asked(chain, v.IJW, v.vot(v.IJW))

    def test_late_is_what_was_due_yesterday(self, chain: Chain) -> None:
        v.asked(chain, v.IJW, v.vot(v.IJW))
        query("UPDATE bericht SET aangemaakt = now() - interval '30 days' WHERE soort = '315' RETURNING 1")
        [seen] = v.waiting(chain)
        assert seen["te_laat"]
        v.decide(chain, seen, "onderzoek")
        [seen] = v.waiting(chain, "in-onderzoek")
        assert not seen["te_laat"]

    def test_it_is_due_by_the_days_off_of_who_sees_it(self, chain: Chain) -> None:
        """The municipality closes on the last day; the provider does not, and counts as it did."""
        v.asked(chain, v.IJW, v.vot(v.IJW, v.product(v.IJW)))
        [seen], due = v.waiting(chain), add_working_days(vandaag(), 5).isoformat()
        chain.gemeente.call("PUT", "allocation", "/vrije-dagen", json={"datum": due, "omschrijving": "Brugdag"})
        later = add_working_days(vandaag(), 6).isoformat()
        assert [each["uiterlijk"] for each in v.waiting(chain)] == [later]
        assert v.see(chain.gemeente, seen)["uiterlijk"] == later
        [own] = chain.jeugdhulp.get("allocation", "/verzoeken")["verzoeken"]
        assert (own["uiterlijk"], v.see(chain.jeugdhulp, own)["uiterlijk"]) == (due, due)


class TestWhatIsTaken:
    def test_a_request_is_made_once_for_a_key(self, chain: Chain) -> None:
        call, headers = chain.jeugdhulp.apis["allocation"].call, {"Idempotency-Key": "a"}
        made = [call("POST", "/v1/verzoeken/toewijzing", json=v.vot(v.IJW), headers=headers) for _ in range(2)]
        assert [answer.status_code for answer in made] == [202, 202]
        assert made[0].json() == made[1].json()

    @pytest.mark.parametrize(("decision", "body"), [("inwilliging", {"client": people.SAM}), ("onderzoek", {})])
    def test_a_decision_is_taken_once_for_a_key(self, chain: Chain, decision: str, body: Json) -> None:
        v.asked(chain, v.IJW, v.vot(v.IJW))
        [seen] = v.waiting(chain)
        call, path = chain.gemeente.apis["allocation"].call, f"/v1/verzoeken/{seen['id']}/{decision}"
        made = [call("POST", path, json=body, headers={"Idempotency-Key": "a"}) for _ in range(2)]
        assert [answer.status_code for answer in made] == [201, 201]
        assert made[0].json() == made[1].json()

    def test_what_begins_in_the_place_of_another_says_so(self, chain: Chain) -> None:
        """Of what a granted request changes and begins, only the successor of another volume."""
        old = v.allocated(chain, v.IWMO)
        v.asked(
            chain, v.IWMO, v.vow(v.IWMO, te_wijzigen_producten=[v.changing(old)], nieuwe_producten=[v.fresh(v.IWMO)])
        )
        [seen] = v.waiting(chain)
        v.granted(chain, seen)
        kept = query("SELECT toewijzing_nummer, voorganger FROM besluit WHERE eigenaar = '0193'")
        [successor] = [nummer for nummer, row in v.toewijzingen(chain.gemeente).items() if row["omvang"]["volume"] == 5]
        assert {nummer: before for nummer, before in kept if before is not None} == {successor: old}
        assert len(kept) == 4

    @pytest.mark.parametrize(
        ("wet", "changes", "place"),
        [
            (v.IWMO, {"client": v.verkort(people.WILLEM) | {"gezagsdrager_bekend": "1"}}, "/body"),
            (v.IJW, {"producten": []}, "/body/producten"),
            (v.IJW, {"client": v.verkort(people.SAM) | {"bsn": "123456789"}}, "/body/client/bsn"),
            (v.IJW, {"gemeente": "zwolle"}, "/body/gemeente"),
            (
                v.IJW,
                {"producten": [v.product(v.IJW, referentie_aanbieder="Sam 999900006")]},
                "/body/producten/0/referentie_aanbieder",
            ),
        ],
    )
    def test_what_cannot_be_is_refused_with_its_place(
        self, chain: Chain, wet: v.Wet, changes: Json, place: str
    ) -> None:
        refused = v.post(v.party(chain, wet), "/verzoeken/toewijzing", v.vot(wet, **changes))
        assert refused.status_code == 422
        assert [finding["pad"] for finding in refused.json()["bevindingen"]] == [place]

    def test_a_reference_is_used_once(self, chain: Chain) -> None:
        asked = v.vot(v.IJW, v.product(v.IJW, referentie_aanbieder="X1"))
        v.asked(chain, v.IJW, asked)
        [seen] = v.waiting(chain)
        v.decide(chain, seen, "afwijzing", reden="3")
        assert v.codes(v.post(chain.jeugdhulp, "/verzoeken/toewijzing", asked)) == ["TR347"]

    def test_a_category_of_the_other_law(self, chain: Chain) -> None:
        asked = v.vot(v.IJW, v.product(v.IJW, product=v.IWMO.product))
        refused = v.post(chain.jeugdhulp, "/verzoeken/toewijzing", asked)
        assert refused.status_code == 422
        assert "ProductCategorie" in refused.text or "Categorie" in refused.text

    def test_an_unknown_client_comes_with_the_decision(self, chain: Chain) -> None:
        v.asked(chain, v.IJW, v.vot(v.IJW))
        [seen] = v.waiting(chain)
        assert v.codes(v.decide(chain, seen, "inwilliging")) == ["CLIENT"]
        assert v.codes(v.decide(chain, seen, "inwilliging", client=people.NOOR)) == ["TR379"]
        assert v.codes(v.decide(chain, seen, "inwilliging", perioden=[{"nummer": 1}])) == ["CLIENT", "IV094"]
        assert v.waiting(chain) == [seen]

    def test_the_client_of_an_earlier_allocation_is_known(self, chain: Chain) -> None:
        v.allocated(chain, v.IJW, product=v.IJW.ander)
        v.asked(chain, v.IJW, v.vot(v.IJW))
        [seen] = v.waiting(chain)
        v.granted(chain, seen)
        assert len(v.toewijzingen(chain.jeugdhulp)) == 2

    def test_what_the_receiver_would_refuse_of_the_grant(self, chain: Chain) -> None:
        """The same product twice in one period (OP259)."""
        v.allocated(chain, v.IJW)
        v.asked(chain, v.IJW, v.vot(v.IJW))
        [seen] = v.waiting(chain)
        assert "OP259" in v.codes(v.decide(chain, seen, "inwilliging"))
        v.granted(chain, seen, ingangsdatum=v.over(102))

    def test_a_request_of_somebody_else_is_not_there(self, chain: Chain) -> None:
        [made] = v.asked(chain, v.IJW, v.vot(v.IJW))
        for party in (chain.gemeente, chain.begeleiding):
            answer = party.apis["allocation"].call("GET", f"/v1/verzoeken/{made['id']}")
            assert answer.status_code == 404


class TestDaysThatPassed:
    """IV093: when a wished day has passed before the decision, other days may be agreed on, and nothing else."""

    def waited(self, chain: Chain) -> Json:
        """A request to go from one product to another on a day that has passed since."""
        number = v.allocated(chain, v.IWMO)
        body = v.vow(
            v.IWMO,
            te_wijzigen_producten=[
                v.changing(number, omvang=v.WEKELIJKS, gewenste_ingangsdatum=v.over(-30), einddatum=v.over(6))
            ],
            nieuwe_producten=[v.fresh(v.IWMO)],
        )
        v.asked(chain, v.IWMO, body)
        for table, column, day in (
            ("nieuw_product", "gewenste_ingangsdatum", -3),
            ("te_wijzigen_product", "einddatum", -4),
        ):
            query(f"UPDATE {table} SET {column} = '{v.over(day)}' WHERE eigenaar = '0193' RETURNING 1")
        [seen] = v.waiting(chain)
        return seen

    def periods(self, chain: Chain) -> list[tuple[str, str]]:
        rows = v.toewijzingen(chain.begeleiding).values()
        return sorted((row["ingangsdatum"], row["einddatum"]) for row in rows)

    def test_as_it_was_asked(self, chain: Chain) -> None:
        v.granted(chain, self.waited(chain))
        assert self.periods(chain) == [(v.over(-30), v.over(-4)), (v.over(-3), v.over(190))]

    def test_on_other_days(self, chain: Chain) -> None:
        perioden = [{"nummer": 1, "einddatum": v.over(0)}, {"nummer": 2, "ingangsdatum": v.over(1)}]
        v.granted(chain, self.waited(chain), perioden=perioden)
        assert self.periods(chain) == [(v.over(-30), v.over(0)), (v.over(1), v.over(190))]

    def test_only_of_what_changes(self, chain: Chain) -> None:
        seen = self.waited(chain)
        assert v.codes(v.decide(chain, seen, "inwilliging", perioden=[{"nummer": 3}])) == ["PERIODE"]
