"""The model of the world: everything that is there (see `dossiers`), and what is against the next step.

It knows one truth, which both parties know at rest. Written from the rules of the standard, not from the product: each
`against_…` gives the codes for which a step is refused, and none when it must be accepted.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from tests.flows.stateful.dossiers import (
    AFGEWEZEN,
    BESLOTEN,
    DAG,
    INGEWILLIGD,
    ONDERZOEK,
    OPEN,
    WHOLE,
    Maand,
    Toewijzing,
    Verzoek,
    Wens,
)
from tests.flows.stateful.kinds import (
    CATEGORIE,
    GENERIEK,
    TOTAAL,
    Dossier,
    Exchange,
    Inhoud,
    clash,
    clashing,
)


@dataclass
class World:
    """Everything, by number and by reference."""

    vandaag: date
    toewijzingen: dict[int, Toewijzing] = field(default_factory=dict)
    verzoeken: dict[str, Verzoek] = field(default_factory=dict)

    def exchanges(self) -> set[Exchange]:
        """Those in which anything happened."""
        allocated = {found.dossier.exchange for found in self.toewijzingen.values()}
        return allocated | {found.dossier.exchange for found in self.verzoeken.values()}

    def arrive(self) -> None:
        """Providers know all that there is."""
        for allocation in self.toewijzingen.values():
            allocation.bekend = allocation.inhoud
        for request in self.verzoeken.values():
            request.bekend = request.status

    def of(self, dossier: Dossier) -> list[Toewijzing]:
        return [found for found in self.toewijzingen.values() if found.dossier == dossier]

    def current(self, dossier: Dossier) -> dict[int, Inhoud]:
        """What is valid on or after today and was not deleted: what a 301 holds (OP087) and a 317 names (IV092)."""
        rows = {found.nummer: found.inhoud for found in self.of(dossier)}
        return self._running(rows)

    def known(self, dossier: Dossier) -> dict[int, Inhoud]:
        """What is current as far as its provider knows."""
        return self._running({found.nummer: found.bekend for found in self.of(dossier) if found.bekend})

    def _running(self, rows: Mapping[int, Inhoud]) -> dict[int, Inhoud]:
        return {n: row for n, row in rows.items() if not row.verwijderd and row.last >= self.vandaag}

    def against_301(self, dossier: Dossier, changed: Mapping[int, Inhoud], new: Iterable[Inhoud] = ()) -> set[str]:
        """No stacking among all that the 301 holds."""
        rows = self.current(dossier) | dict(changed)
        return {"TR302"} if clash(dossier.exchange.wet, [*rows.values(), *new]) else set()

    def against_allocating(self, dossier: Dossier, new: Inhoud) -> set[str]:
        """An equal one that ends the day before and is not over yet is stretched (OP380), but not a total."""
        same = (
            row
            for row in self.current(dossier).values()
            if row.soort == new.soort
            and row.soort != TOTAAL
            and row.eind == new.begin - DAG
            and (row.hoeveel == new.hoeveel or row.soort in (CATEGORIE, GENERIEK))
        )
        return ({"OP380"} if any(same) else set()) | self.beside(dossier, new)

    def beside(self, dossier: Dossier, new: Inhoud, but: Iterable[int] = ()) -> set[str]:
        """What is allocated now or was before does not run beside it (OP259); `but` changes in the same 301."""
        rows = (found.inhoud for found in self.of(dossier) if found.nummer not in but and not found.inhoud.verwijderd)
        return {"OP259"} if any(clashing(dossier.exchange.wet, row, new) for row in rows) else set()

    def against_resizing(self, found: Toewijzing, new: Inhoud, *, agreed: bool) -> set[str]:
        """Something must change, and a total or budget is lowered with consent only (OP298, OP299)."""
        if found.inhoud.verwijderd:
            return {"TR384"}
        if new.hoeveel == found.inhoud.hoeveel:
            return {"WIJZIGING"}
        return self._against_lowering(found, new, agreed=agreed) or self.against_301(found.dossier, {found.nummer: new})

    def against_amending(self, found: Toewijzing, new: Inhoud, *, agreed: bool) -> set[str]:
        """Under its own number a whole changes, and nothing else (IV066)."""
        if lowered := self._against_lowering(found, new, agreed=agreed):
            return lowered
        if found.inhoud.verwijderd:
            return {"TR384"}
        return self.against_301(found.dossier, {found.nummer: new}) if new.soort in WHOLE else {"IV066"}

    def _against_lowering(self, found: Toewijzing, new: Inhoud, *, agreed: bool) -> set[str]:
        if new.hoeveel < found.inhoud.hoeveel and not agreed and new.soort in WHOLE:
            return {"OP298" if new.soort == TOTAAL else "OP299"}
        return set()

    def against_stretching(self, found: Toewijzing, eind: date) -> set[str]:
        """What runs, has an end, and is no total (OP380); what would become longer is checked as new."""
        old = found.inhoud
        if old.verwijderd or old.soort == TOTAAL or not self.vandaag <= old.last < eind:
            return {"OP380"}
        return self.beside(found.dossier, replace(old, begin=old.last + DAG, eind=eind), [found.nummer])

    def against_withdrawing(self, found: Toewijzing, eind: date) -> set[str]:
        """An earlier day, not before the first."""
        old = found.inhoud
        if eind >= old.last:
            return {"IV066"}
        if old.verwijderd:
            return {"TR384"}
        return {"TR004"} if eind < old.begin else self.against_301(found.dossier, {found.nummer: ended(old, eind)})

    def against_succeeding(self, found: Toewijzing, per: date, new: Inhoud) -> set[str]:
        """Another volume from a day on: that day lies in it, after the first one (IV066)."""
        old = found.inhoud
        if old.verwijderd:
            return {"TR384"}
        if new.hoeveel == old.hoeveel:
            return {"WIJZIGING"}
        if not old.begin < per <= old.last:
            return {"IV066"}
        return self.against_301(found.dossier, {found.nummer: ended(old, per - DAG)}, [new])

    def against_moving(self, found: Toewijzing, per: date, old: Inhoud, new: Inhoud, to: Dossier) -> set[str]:
        """To another provider, from a day in it after the first, while something of a whole is left."""
        content = found.inhoud
        wrong = {
            "OVERGEDRAGEN": any(not one.inhoud.verwijderd for one in found.opvolgers),
            "TR384": content.verwijderd,
            "TR004": not content.begin < per <= content.last,
            "REST": content.soort in WHOLE and found.left() < 1,
        }
        if any(wrong.values()):
            return {code for code, broken in wrong.items() if broken}
        return self.against_301(found.dossier, {found.nummer: old}) | self.beside(to, new)

    def against_deleting(self, found: Toewijzing) -> set[str]:
        """Nothing on it was granted (TR385)."""
        return {"TR385"} if found.granted() else self.against_301(found.dossier, {found.nummer: deleted(found.inhoud)})

    def against_asking(self, dossier: Dossier, asked: Iterable[Inhoud]) -> set[str]:
        """A 315: no stacking in it; no other request of the client waits."""
        return self.blocked(dossier) | ({"TR386"} if clash(dossier.exchange.wet, asked) else set())

    def blocked(self, dossier: Dossier) -> set[str]:
        """One request of a client at a time, as far as its provider knows; told with whatever else is wrong."""
        own = (found.bekend for found in self.verzoeken.values() if found.dossier == dossier)
        waits = any(bekend in (OPEN, ONDERZOEK) for bekend in own)
        return {"TR374"} if waits else set()

    def against_wishing(self, dossier: Dossier, wens: Wens) -> set[str]:
        """A 317: the whole new situation, from the first day or from after today, and without stacking."""
        current, blocked = self.known(dossier), self.blocked(dossier)
        empty = {"TR352": not wens.blijft and not wens.wijzigt, "TR353": not wens.wijzigt and not wens.nieuw}
        if any(empty.values()):
            return blocked | {code for code, broken in empty.items() if broken}
        changed = [(current[n], row) for n, row in wens.wijzigt.items()]
        found = {
            "TR349": bool(current.keys() - {*wens.blijft, *wens.wijzigt}),
            "TR357": any(row.begin <= self.vandaag and row.begin != old.begin for old, row in changed),
            "TR373": any(_total_changes(old, row) and row.begin != old.begin for old, row in changed),
            "TR361": self._stacks(dossier, wens),
        }
        return blocked | {code for code, broken in found.items() if broken}

    def _stacks(self, dossier: Dossier, wens: Wens) -> bool:
        """Whether what changes or is new meets something else; what stays was allocated so."""
        asked = [*wens.wijzigt.values(), *wens.nieuw]
        known = self.known(dossier)
        stays = [known[n] for n in wens.blijft]
        wet = dossier.exchange.wet
        return clash(wet, asked) or any(clashing(wet, one, other) for one in asked for other in stays)

    def against_granting(self, found: Verzoek) -> set[str]:
        if not found.waits:
            return {BESLOTEN}
        if isinstance(found.gevraagd, Inhoud):
            return self.against_allocating(found.dossier, found.gevraagd)
        named = {"TR351": found.gevraagd.wijzigt, "IV093": found.gevraagd.blijft}
        gone = {code for code, own in named.items() if any(self.toewijzingen[n].inhoud.verwijderd for n in own)}
        if gone:
            return gone
        changed, new = self.outcome(found)
        paid = any(row.verwijderd and self.toewijzingen[n].granted() for n, row in changed.items())
        before = {n: self.toewijzingen[n].inhoud for n in changed}
        more = [replace(row, begin=before[n].last + DAG) for n, row in changed.items() if row.last > before[n].last]
        beside = set[str]().union(*(self.beside(found.dossier, row, changed) for row in [*more, *new]))
        return (beside or self.against_301(found.dossier, changed, new)) | ({"TR385"} if paid else set())

    def outcome(self, found: Verzoek) -> tuple[dict[int, Inhoud], list[Inhoud]]:
        """What a granted request makes of allocations (IV093): changed ones by number, and new ones in their order."""
        if isinstance(found.gevraagd, Inhoud):
            return {}, [found.gevraagd]
        changed, new = dict[int, Inhoud](), list[Inhoud]()
        for nummer, asked in found.gevraagd.wijzigt.items():
            old = self.toewijzingen[nummer].inhoud
            if old.soort in WHOLE or asked.hoeveel == old.hoeveel:
                changed[nummer] = replace(asked, begin=old.begin)
            elif asked.begin <= old.begin:
                changed[nummer] = deleted(old)
                new.append(replace(asked, begin=old.begin))
            else:
                changed[nummer] = replace(old, eind=min(old.last, asked.begin - DAG))
                new.append(asked)
        return changed, [*new, *found.gevraagd.nieuw]

    def against_starting(self, found: Toewijzing, begin: date) -> set[str]:
        """Within what its provider knows of the allocation, which was not deleted."""
        content = found.bekend
        assert content is not None
        if content.verwijderd:
            return {"TR384"}
        return set() if content.begin <= begin <= content.last else {"BEGINDATUM"}

    def against_answering(self, found: Verzoek, *, investigating: bool) -> set[str]:
        """A 319: nothing after a decision, and under investigation only at first."""
        if found.status == INGEWILLIGD:
            return {"TR359"} | self._answered(found, investigating=investigating)
        return self._answered(found, investigating=investigating)

    def _answered(self, found: Verzoek, *, investigating: bool) -> set[str]:
        rejected, told = found.status == AFGEWEZEN, found.referentie in self.onderzocht or found.status == AFGEWEZEN
        return ({"TR365"} if rejected else set()) | ({"TR360"} if investigating and told else set())

    onderzocht: set[str] = field(default_factory=set)
    """The references of what was ever under investigation."""

    def deliveries(self, exchange: Exchange) -> Iterator[tuple[Toewijzing, Maand]]:
        """The months that were recorded, with their allocation."""
        for found in self.toewijzingen.values():
            if found.dossier.exchange == exchange:
                yield from ((found, maand) for maand in found.maanden.values())


def ended(old: Inhoud, eind: date) -> Inhoud:
    """An allocation with another last day."""
    return replace(old, eind=eind, verwijderd=False)


def deleted(old: Inhoud) -> Inhoud:
    """An allocation that counts as never sent: it ends on its first day."""
    return replace(old, eind=old.begin, verwijderd=True)


def _total_changes(old: Inhoud, new: Inhoud) -> bool:
    return old.soort in WHOLE and old.hoeveel != new.hoeveel
