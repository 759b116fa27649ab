"""A 325 against the 323 that it answers (level 3), which `bericht.antwoord_op` tells."""

from typing import Any

from sqlalchemy import Select, select

from shared.db import geldig
from shared.db import tables as t
from shared.judging import of_exchange
from shared.rules import Scope, per_answer, per_message
from shared.standard.catalogue import message_of
from shared.standard.document import Document

REFERENTIE = "product_referentie_referentie_nummer"


VERSIES = ("basisschema_xsd_versie", "bericht_xsd_versie")


@per_answer("TR337", on="Header")
def tr337(answer: Document, heen: Document | None) -> bool:
    """The DeclaratieIdentificatie is that of no declaratie of ours."""
    return heen is not None


@per_answer("TR371", on="Header")
def tr371(answer: Document, heen: Document | None) -> bool:
    """XsdVersieDeclaratie is not the XsdVersie of the declaratie."""
    if heen is None:
        return True
    told, sent = answer.header, heen.header
    return all(told.get(f"xsd_versie_declaratie_{name}") == sent.get(f"xsd_versie_{name}") for name in VERSIES)


@per_answer("TR376", on="DeclaratieAntwoord")
def tr376(answer: Document, heen: Document | None) -> bool:
    """The DeclaratieNummer is not that of the declaratie that the Header names."""
    own = {node.get("declaratie_nummer") for node in heen.root.all("Declaratie")} if heen else set()
    return heen is None or all(node.get("declaratie_nummer") in own for node in answer.root.all("DeclaratieAntwoord"))


@per_message("TR366", on="Prestatie")
def tr366(scope: Scope, line: Any) -> Select[Any]:
    """The answered 323 has no line of this client with this ReferentieNummer."""
    return select(line.c.volgnummer).where(line.c.bericht == scope.bericht, ~geldig.looked_up(_claimed(scope, line)[0]))


@per_message("TR367", on="Prestatie")
def tr367(scope: Scope, line: Any) -> Select[Any]:
    """The line differs from the one with its ReferentieNummer in the answered 323."""
    claimed, declared = _claimed(scope, line)
    fields = message_of(scope.standaard, "325").classes["Prestatie"].fields
    equal = (declared.c[name].is_not_distinct_from(line.c[name]) for name in fields if name != REFERENTIE)
    same = geldig.looked_up(claimed.where(*equal))
    return select(line.c.volgnummer).where(line.c.bericht == scope.bericht, geldig.looked_up(claimed), ~same)


def _claimed(scope: Scope, line: Any) -> tuple[Select[Any], Any]:
    """A SELECT of the line of the answered 323 that a line of the answer names, and that line."""
    declared, answer = t.prestatie.alias("ingediend"), t.bericht.alias("antwoord")
    named = (declared.c[REFERENTIE] == line.c[REFERENTIE], declared.c.bsn == line.c.bsn)
    own = (answer.c.id == scope.bericht, answer.c.antwoord_op == declared.c.bericht)
    query = select(1).where(of_exchange(declared, scope), *named, geldig.looked_up(select(1).where(*own)))
    return query, declared
