"""The closing table of the demo: who sent and received what, and that every sum agrees."""

from collections import Counter
from typing import Any

from services.demo.stage import Party, Stage, euros


def show(stage: Stage) -> None:
    """Print the table and check it. Raises StoryBrokenError when a sum does not agree."""
    stage.chapter("Slotsom")
    open_sums = stage.gemeente.get("billing", "/te-betalen")["te_betalen"]
    to_pay = {row["aanbieder"]: row["te_betalen"] for row in open_sums}
    for party in stage.parties:
        amount = sum(to_pay.values()) if party is stage.gemeente else to_pay[party.code]
        _show_party(stage, party, amount)
    granted = sum(_sums(party)["granted"] for party in (stage.jeugdhulp, stage.begeleiding))
    stage.expect("gemeente en aanbieders komen op hetzelfde bedrag uit", _sums(stage.gemeente)["granted"], granted)
    _nothing_lost(stage)


def _show_party(stage: Stage, party: Party, amount: int) -> None:
    sums, counts = _sums(party), _counts(party)
    print(
        f"  {party.code:8} {party.naam}\n    verstuurd     {counts['uitgaand']}\n    ontvangen     {counts['inkomend']}"
    )
    print(
        f"    gedeclareerd  {euros(sums['claimed'])}, afgewezen {euros(sums['rejected'])}, "
        f"toegekend {euros(sums['granted'])}, te betalen {euros(amount)}",
        flush=True,
    )
    stage.expect("toegekend = gedeclareerd - afgewezen", sums["granted"], sums["claimed"] - sums["rejected"])
    stage.expect("te betalen = toegekend", amount, sums["granted"])


def _sums(party: Party) -> dict[str, int]:
    """Claimed, rejected and granted in eurocents, from the lines of declaraties that were processed."""
    totals: Counter[str] = Counter()
    for declaratie in party.get("billing", "/declaraties?limit=100")["declaraties"]:
        if declaratie["status"] == "goedgekeurd":
            totals["granted"] += declaratie["toegekend_bedrag"]
            totals["claimed"] += declaratie["ingediend_bedrag"]
            totals["rejected"] += sum(r["bedrag"] for r in declaratie["regels"] if r["uitkomst"] == "afgewezen")
    return {name: totals[name] for name in ("claimed", "rejected", "granted")}


def _messages(party: Party) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = party.get("messaging", "/berichten?limit=200")["berichten"]
    return found


def _counts(party: Party) -> dict[str, str]:
    """How many messages of each kind went out and came in."""
    counts: dict[str, Counter[str]] = {"uitgaand": Counter(), "inkomend": Counter()}
    for row in _messages(party):
        counts[row["richting"]][row["berichtsoort"]] += 1
    return {side: ", ".join(f"{n}× {kind}" for kind, n in sorted(found.items())) for side, found in counts.items()}


def _nothing_lost(stage: Stage) -> None:
    """Each message that went out came in once at the other side; only the story's duplicate came in beside that."""
    sent: Counter[tuple[str, ...]] = Counter()
    came: Counter[tuple[str, ...]] = Counter()
    for party in stage.parties:
        for row in _messages(party):
            what = (row["berichtsoort"], row["identificatie"])
            if row["richting"] == "uitgaand":
                sent[party.code, row["tegenpartij"], *what] += 1
            else:
                came[row["tegenpartij"], party.code, *what] += 1
    lost, extra = sent - came, came - sent
    stage.expect("geen bericht is verloren of verdubbeld", (lost.total(), extra.total()), (0, 1))
