"""What the authorisation matrix has of paying: an account that was confirmed, and a proposal that was approved."""

from tests.chain import query

_ROWS = """
    WITH rekening AS (
        INSERT INTO rekening (eigenaar, id, houder, begindatum, iban, naam, gemaakt_door, bevestigd_door, bevestigd_op)
        VALUES ('{0}', gen_random_uuid(), '00000000', '2025-01-01', 'NL91ABNA0417164300', 'x', 'a', 'b', now())
        RETURNING id),
    voorstel AS (
        INSERT INTO betaalvoorstel (eigenaar, id, gemaakt_door) VALUES ('{0}', gen_random_uuid(), 'a') RETURNING id),
    betaling AS (
        INSERT INTO betaling (eigenaar, id, betaalvoorstel, aanbieder, bedrag, iban, naam)
        SELECT '{0}', gen_random_uuid(), id, '00000000', 100, 'NL91ABNA0417164300', 'x' FROM voorstel RETURNING id),
    regel AS (
        INSERT INTO betaalregel (eigenaar, betaling, nummer, levend, soort, declaratie, prestatie,
            declaratie_nummer, bedrag)
        SELECT '{0}', id, 1, true, 'prestatie', gen_random_uuid(), 1, 'D1', 100 FROM betaling)
    SELECT rekening.id, voorstel.id FROM rekening, voorstel
"""
_APPROVED = """UPDATE betaalvoorstel SET goedgekeurd_door = 'b', goedgekeurd_op = '2025-01-02',
    uitvoerdatum = '2025-01-03', iban = 'NL91ABNA0417164300', naam = 'x' WHERE id = '{0}' RETURNING 1"""


def paid(organisatie: str) -> dict[str, str]:
    """The ids of an account and of a proposal of an organisation, by kind."""
    rekening, voorstel = query(_ROWS.format(organisatie))[0]
    query(_APPROVED.format(voorstel))
    return {"rekening": str(rekening), "betaalvoorstel": str(voorstel)}
