"""A declaratie that is refused on level 2 for one of its lines is refused as a whole, on both sides."""

from shared.standard.codec import encode
from tests.builders import message
from tests.chain import Chain


def test_a_doubled_line_refuses_the_whole_declaratie_and_the_sender_sees_which(chain: Chain) -> None:
    reference = next(message("JW323").root.all("Prestatie")).get("product_referentie_referentie_nummer")
    doubled = message("JW323", {"Prestatie[2].product_referentie_referentie_nummer": reference})
    sent = chain.post(chain.jeugdhulp, encode(doubled)).json()
    chain.drain()
    seen = chain.jeugdhulp.get("messaging", f"/berichten/{sent['id']}")
    assert (seen["status"], [f["code"] for f in seen["bevindingen"]]) == ("afgekeurd", ["TR101"])
    assert b">0001<" in chain.jeugdhulp.xml(sent["id"], "antwoord")
    [declaratie] = chain.jeugdhulp.get("billing", "/declaraties")["declaraties"]
    assert declaratie["toegekend_bedrag"] == 0
    assert {regel["uitkomst"] for regel in declaratie["regels"]} == {"afgewezen"}
