"""An installation's own schemas: they decide level 1, and a message without a catalogue gets no further."""

import json
from pathlib import Path

import pytest

from services.__main__ import main
from shared.errors import Refused
from shared.standard.codec import encode
from shared.standard.level1 import check
from shared.standard.published import versies
from shared.standard.xsd import write
from tests.builders import message

OFFICIAL = Path(__file__).parents[3] / "shared" / "istandaarden" / "xsd"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Our own schemas, with a newer XsdVersie and a stricter DeclaratieNummer, and a release 2.1 of the 301."""
    write(tmp_path)
    own = tmp_path / "ijw-3.2" / "jw323.xsd"
    text = own.read_text("utf-8").replace("1.0.0<", "1.2.0<").replace("([a-zA-Z0-9])+", "[A-Z]+")
    own.write_text(text, "utf-8")
    older = tmp_path / "ijw-2.1"
    older.mkdir()
    for name in ("basisschema", "jw301"):
        text = (tmp_path / "ijw-3.2" / f"{name}.xsd").read_text("utf-8")
        (older / f"{name}.xsd").write_text(text.replace("3_2", "2_1").replace(">3.2<", ">2.1<"), "utf-8")
    return tmp_path


def test_the_schema_of_the_folder_decides(folder: Path) -> None:
    data = encode(message("JW323", {"Declaratie[1].declaratie_nummer": "DN001"}))
    assert check(data)
    with pytest.raises(Refused) as refusal:
        check(data, folder)
    assert [fault.pad.rpartition("/")[2] for fault in refusal.value.faults] == ["jw323:DeclaratieNummer[1]"]


def test_xsd_versie_comes_from_the_folder(folder: Path) -> None:
    space = message("JW323").type.namespace
    assert (versies(space, folder), versies(space, None)) == (("1.2.0", "1.2.0"), ("1.0.0", "1.0.0"))


def test_a_message_of_another_release_is_recognised_and_goes_no_further_than_level_1(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = encode(message("JW301")).replace(b"3_2", b"2_1")
    path = folder / "old.xml"
    path.write_bytes(old)
    assert main(["validate", "--json", "--xsd-dir", str(folder), str(path)]) == 0
    line = json.loads(capsys.readouterr().out)
    assert (line["berichtsoort"], line["versie"], line["geldig"]) == ("JW301", "2.1", True)
    assert "niveau 1" in line["toelichting"]
    with pytest.raises(Refused) as refusal:
        check(old, folder).document()
    assert [fault.code for fault in refusal.value.faults] == ["ALLEEN_NIVEAU_1"]


def test_faults_of_a_message_without_catalogue_name_no_content(folder: Path) -> None:
    old = encode(message("JW301")).replace(b"3_2", b"2_1").replace(b"<jw301:Geslacht>1<", b"<jw301:Geslacht>999900006<")
    with pytest.raises(Refused) as refusal:
        check(old, folder)
    assert refusal.value.faults
    assert "999900006" not in str(refusal.value)


def test_a_folder_without_schemas_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(encode(message("JW301")))
    assert main(["validate", "--xsd-dir", str(tmp_path / "leeg"), str(path)]) == 2
    assert "geen XSD" in capsys.readouterr().err


@pytest.mark.skipif(not OFFICIAL.exists(), reason="the published XSDs lie beside this checkout only")
@pytest.mark.parametrize("name", ["JW301", "JW323", "JW325", "WMO301", "WMO323"])
def test_the_published_schemas_work_as_a_folder(name: str) -> None:
    assert check(encode(message(name)), OFFICIAL).document().root == message(name).root
