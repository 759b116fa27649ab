"""The path of a finding is an XPath to the one element on its line."""

import tomllib
from collections.abc import Iterator

import pytest
from lxml import etree

from services.messaging.inspection import inspect
from shared.rules import facts
from shared.standard.catalogue import base_namespace, messages
from shared.standard.codec import encode
from tests.builders import message
from tests.services.cli import CODE, without_database

CASES = CODE / "tests" / "rules" / "cases"


def broken() -> Iterator[tuple[str, bytes]]:
    """Messages that level 1 refuses, each in another way."""
    second = {"Client[2]": {"bsn": "999900018"}, "Declaratie[1].totaal_ingediend_bedrag_totaal_bedrag": "65000"}
    for name in ("JW323", "WMO323"):
        prefix = name.lower()
        eenheid = f"<{prefix}:Eenheid>82</{prefix}:Eenheid>".encode()
        xml = encode(message(name, second | {"Prestatie[5].eenheid": "82"}))
        assert xml.count(eenheid) == 1
        yield f"{name} value", xml.replace(b">82<", b">99<")
        yield f"{name} missing", xml.replace(eenheid, b"")
        yield f"{name} unknown", xml.replace(eenheid, eenheid + f"<{prefix}:Kleur>x</{prefix}:Kleur>".encode())
        yield f"{name} unknown without namespace", xml.replace(eenheid, b"<Kleur>x</Kleur>" + eenheid)
        yield f"{name} unknown of others", xml.replace(eenheid, b'<a:Kleur xmlns:a="urn:a">x</a:Kleur>' + eenheid)
        yield f"{name} default namespace", xml.replace(eenheid, b'<Eenheid xmlns="urn:b">04</Eenheid>' + eenheid)
        yield f"{name} twice", xml.replace(eenheid, eenheid * 2)
        yield f"{name} attribute", xml.replace(b":Eenheid>82", b":Eenheid soort='x'>82")
        yield f"{name} text between", xml.replace(eenheid, eenheid + b"tekst")
        yield f"{name} elements in a value", xml.replace(b">82<", b"><a/>82<")
        yield f"{name} in a composite", xml.replace(b"2026-04-01</", b"2026-04-00</")
        yield f"{name} comments between", b"<!-- a -->".join(xml.replace(b">82<", b">99<").split(b"\r\n\t\t\t\t"))


def places(data: bytes) -> list[tuple[str, int | None, list[etree._Element]]]:
    """Of each finding its path, its line and the elements that XPath finds there."""
    verdict = inspect(data)
    kind = messages()[verdict.berichtsoort]
    spaces = {kind.prefix: kind.namespace, kind.standaard: base_namespace(kind.standaard)}
    root = etree.fromstring(data)
    return [(f.pad, f.regel, root.xpath(f.pad, namespaces=spaces)) for f in verdict.bevindingen]


@without_database
class TestThePathOfAFinding:
    @pytest.mark.parametrize(("what", "data"), [pytest.param(*case, id=case[0]) for case in broken()])
    def test_of_level_1_is_an_xpath_to_the_one_element_on_its_line(self, what: str, data: bytes) -> None:
        found = places(data)
        assert found != []
        for pad, regel, elements in found:
            assert len(elements) == 1, pad
            assert elements[0].sourceline == regel, pad

            assert ":Client[2]" in pad or "composite" in what

    def test_of_level_2_is_an_xpath_to_the_one_element_on_its_line_for_every_rule(self) -> None:
        seen = set()
        codes = sorted({code for (_, code), rule in facts().items() if rule.niveau == 2})
        for code in codes:
            for case in tomllib.loads((CASES / f"{code}.toml").read_text(encoding="utf-8"))["geval"]:
                for name in case["berichten"] if case["verwacht"] else ():
                    for pad, regel, elements in places(encode(message(name, case["wijzig"]))):
                        assert len(elements) == 1, pad
                        assert elements[0].sourceline == regel, pad
                        seen.add(pad.rpartition(":")[2].partition("[")[0])
        assert {"Client", "Contact", "ToegewezenProduct", "Prestatie", "Declaratie"} <= seen
