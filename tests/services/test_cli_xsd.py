"""The command xsd: the XSDs of all messages."""

import io
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from lxml import etree

from shared.standard.catalogue import messages
from shared.standard.codec import encode
from tests.builders import message
from tests.services.cli import command, without_database, write


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("xsd") / "nog" / "niet"
    done = command("xsd", place)
    assert (done.returncode, done.stderr) == (0, b"")
    assert sorted(done.stdout.decode().split()) == sorted(map(str, place.rglob("*.xsd")))
    return place


@without_database
class TestXsd:
    def test_it_writes_a_schema_per_message_and_one_per_standard(self, folder: Path) -> None:
        written = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        wanted = {f"{kind.standaard}-3.2/{kind.prefix}.xsd" for kind in messages().values()}
        assert written == wanted | {"ijw-3.2/basisschema.xsd", "iwmo-3.2/basisschema.xsd"}

    @pytest.mark.parametrize("name", list(messages()))
    def test_each_compiles_in_lxml_and_in_xmlschema_and_takes_the_example(self, folder: Path, name: str) -> None:
        kind, data = messages()[name], encode(message(name))
        path = folder / f"{kind.standaard}-3.2" / f"{kind.prefix}.xsd"
        assert etree.XMLSchema(etree.parse(path)).validate(etree.fromstring(data))
        assert xmlschema.XMLSchema(str(path)).is_valid(io.BytesIO(data))

    def test_a_second_time_writes_the_same_bytes(self, folder: Path, run: Any) -> None:
        before = {path: path.read_bytes() for path in folder.rglob("*.xsd")}
        assert run("xsd", folder)[0] == 0
        assert {path: path.read_bytes() for path in folder.rglob("*.xsd")} == before

    def test_a_place_where_nothing_can_be_written_is_unusable(self, tmp_path: Path, run: Any) -> None:
        code, out, err = run("xsd", write(tmp_path, "bestand", b""))
        assert (code, out) == (2, "")
        assert err.startswith("zorgketen: ")
