"""The published examples of iJw: read, written, judged by the official XSDs and by level 2."""

import re
from pathlib import Path

import pytest
from lxml import etree

from shared import level2
from shared.errors import Refused
from shared.standard.catalogue import messages
from shared.standard.codec import encode
from shared.standard.level1 import check

SPEC = Path(__file__).parents[3] / "shared" / "istandaarden"
NAMES = [name for name, kind in messages().items() if kind.standaard == "ijw"]
INVALID = {
    # 31 June, twice
    "JW315": [
        "/jw315:Bericht/jw315:Client[1]/jw315:AangevraagdeProducten[1]/jw315:AangevraagdProduct[1]/jw315:ToewijzingEinddatum[1]",
        "/jw315:Bericht/jw315:Client[1]/jw315:AangevraagdeProducten[1]/jw315:AangevraagdProduct[2]/jw315:ToewijzingEinddatum[1]",
    ],
    # a RetourCode before the products of a Verzoek; what a class does not have is written as *, see level1
    "JW318": ["/jw318:Bericht/jw318:Client[1]/jw318:Verzoek[1]/*"],
}
VALID = [name for name in NAMES if name not in INVALID]
FINDINGS = {
    # the new product is wished for from November 2026 and ends in February 2024
    "JW317": [("CS003", "NieuwProduct", 1)],
    # reference RN004 twice, for April and for March, of one client; the same allocation 10073 at two clients
    # is left to level 3 (TR338), which knows whose it is
    "JW323": [("TR101", "Prestatie", 5)],
}

pytestmark = pytest.mark.skipif(
    not SPEC.is_dir(), reason="de gepubliceerde voorbeelden staan niet in ../shared/istandaarden"
)


def sample(name: str) -> bytes:
    return (SPEC / "samples" / "ijw-3.2" / f"{name}.xml").read_bytes()


def official(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SPEC / "xsd" / "ijw-3.2" / f"{name.lower()}.xsd"))


@pytest.mark.parametrize("name", INVALID)
def test_an_invalid_example_is_refused_where_the_official_xsd_does(name: str) -> None:
    schema, root = official(name), etree.fromstring(sample(name))
    assert not schema.validate(root)
    with pytest.raises(Refused) as refusal:
        check(sample(name))
    faults = refusal.value.faults
    assert [re.sub(r"\*\[\d+\]$", "*", fault.pad) for fault in faults] == INVALID[name]
    assert [fault.regel for fault in faults] == [error.line for error in schema.error_log]


@pytest.mark.parametrize("name", VALID)
def test_a_valid_example_survives_decoding_and_encoding(name: str) -> None:
    schema = official(name)
    assert schema.validate(etree.fromstring(sample(name)))
    document = check(sample(name)).document()
    written = encode(document)
    assert schema.validate(etree.fromstring(written)), schema.error_log
    again = check(written).document()
    assert again.root == document.root
    assert encode(again) == written


@pytest.mark.parametrize("name", VALID)
def test_what_level_2_finds_in_an_example(name: str) -> None:
    found = level2.check(check(sample(name)).document())
    assert [(finding.code, finding.klasse, finding.volgnummer) for finding in found] == FINDINGS.get(name, [])
