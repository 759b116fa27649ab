-- What was told and asked about allocations, and what the municipality of the benchmarks bought, on top of dataset.sql.
-- Statements are separated by an empty line.

CREATE TEMP TABLE gekozen ON COMMIT DROP AS
SELECT * FROM (
  SELECT id, eigenaar, tegenpartij, xml, row_number() OVER (PARTITION BY eigenaar, tegenpartij ORDER BY volgorde) k
  FROM bericht WHERE soort = '301') b
WHERE eigenaar = '0193' OR k % 20 IN (3, 7)

ANALYZE gekozen

CREATE TEMP TABLE gemeld ON COMMIT DROP AS
SELECT md5(soort || id::text)::uuid bericht, soort, CASE WHEN soort = '319' THEN 'uitgaand' ELSE 'inkomend' END richting,
  id, eigenaar, tegenpartij, xml, k
FROM gekozen, (VALUES ('305', 1, 0), ('307', 1, 0), ('315', 20, 3), ('317', 20, 7), ('319', 20, 3)) n (soort, elke, rest)
WHERE k % elke = rest AND k % 25 <> 0 AND NOT (soort = '319' AND k % 40 = 3)

ANALYZE gemeld

INSERT INTO bericht (id, eigenaar, tegenpartij, richting, standaard, soort, identificatie, dagtekening, status, xml)
SELECT bericht, eigenaar, tegenpartij, richting, 'ijw', soort, 'M' || soort || '-' || k, '2025-02-01', 'goedgekeurd', xml
FROM gemeld

INSERT INTO bericht (id, eigenaar, tegenpartij, richting, standaard, soort, identificatie, dagtekening, status, xml,
  antwoord_op)
SELECT md5('antwoord' || bericht)::uuid, eigenaar, tegenpartij,
  CASE WHEN richting = 'inkomend' THEN 'uitgaand' ELSE 'inkomend' END, 'ijw', soort::int + 1, 'N' || soort || '-' || k,
  '2025-02-01', 'goedgekeurd', xml, bericht
FROM gemeld

INSERT INTO client (eigenaar, bericht, volgnummer, standaard, tegenpartij, bsn)
SELECT g.eigenaar, g.bericht, 1, 'ijw', g.tegenpartij, c.bsn
FROM gemeld g JOIN client c ON c.bericht = g.id

INSERT INTO start_product (eigenaar, bericht, volgnummer, standaard, tegenpartij, ouder, bsn, toewijzing_nummer,
  product_categorie, product_code, toewijzing_ingangsdatum, begindatum, status_aanlevering)
SELECT g.eigenaar, g.bericht, p.volgnummer, 'ijw', g.tegenpartij, 1, p.bsn, p.toewijzing_nummer,
  p.product_categorie, p.product_code, p.ingangsdatum, '2025-01-02', '1'
FROM gemeld g JOIN toegewezen_product p ON p.bericht = g.id WHERE g.soort = '305'

INSERT INTO stop_product (eigenaar, bericht, volgnummer, standaard, tegenpartij, ouder, bsn, toewijzing_nummer,
  product_categorie, product_code, toewijzing_ingangsdatum, begindatum, einddatum, reden_beeindiging,
  status_aanlevering)
SELECT g.eigenaar, g.bericht, row_number() OVER (PARTITION BY g.bericht ORDER BY p.volgnummer), 'ijw', g.tegenpartij,
  1, p.bsn, p.toewijzing_nummer, p.product_categorie, p.product_code, p.ingangsdatum, '2025-01-02', p.einddatum,
  '31', '1'
FROM gemeld g JOIN toegewezen_product p ON p.bericht = g.id WHERE g.soort = '307' AND p.einddatum IS NOT NULL

INSERT INTO aangevraagd_product (eigenaar, bericht, volgnummer, standaard, tegenpartij, ouder, bsn,
  referentie_aanbieder, product_categorie, product_code, toewijzing_ingangsdatum)
SELECT g.eigenaar, g.bericht, 1, 'ijw', g.tegenpartij, 1, c.bsn, 'V' || g.k, '45', '45A03', '2025-03-01'
FROM gemeld g JOIN client c ON c.bericht = g.id WHERE g.soort = '315'

INSERT INTO verzoek (eigenaar, bericht, volgnummer, standaard, tegenpartij, ouder, bsn, referentie_aanbieder)
SELECT g.eigenaar, g.bericht, 1, 'ijw', g.tegenpartij, 1, c.bsn, 'W' || g.k
FROM gemeld g JOIN client c ON c.bericht = g.id WHERE g.soort = '317'

INSERT INTO ongewijzigd_product (eigenaar, bericht, volgnummer, standaard, tegenpartij, ouder, bsn, toewijzing_nummer)
SELECT g.eigenaar, g.bericht, p.volgnummer, 'ijw', g.tegenpartij, 1, p.bsn, p.toewijzing_nummer
FROM gemeld g JOIN toegewezen_product p ON p.bericht = g.id WHERE g.soort = '317' AND p.volgnummer < 3

INSERT INTO te_wijzigen_product (eigenaar, bericht, volgnummer, standaard, tegenpartij, ouder, bsn, toewijzing_nummer,
  gewenste_ingangsdatum, omvang_volume, omvang_eenheid, omvang_frequentie)
SELECT g.eigenaar, g.bericht, 1, 'ijw', g.tegenpartij, 1, p.bsn, p.toewijzing_nummer, '2025-03-01', 1, '04', '4'
FROM gemeld g JOIN toegewezen_product p ON p.bericht = g.id WHERE g.soort = '317' AND p.volgnummer = 3

INSERT INTO nieuw_product (eigenaar, bericht, volgnummer, standaard, tegenpartij, ouder, bsn, product_categorie,
  gewenste_ingangsdatum)
SELECT g.eigenaar, g.bericht, 1, 'ijw', g.tegenpartij, 1, c.bsn, '45', '2025-03-01'
FROM gemeld g JOIN client c ON c.bericht = g.id WHERE g.soort = '317'

INSERT INTO antwoord (eigenaar, bericht, volgnummer, standaard, tegenpartij, ouder, bsn, referentie_aanbieder,
  verzoek_antwoord, reden_afwijzing_verzoek)
SELECT g.eigenaar, g.bericht, 1, 'ijw', g.tegenpartij, 1, c.bsn, 'V' || g.k, '2', '01'
FROM gemeld g JOIN client c ON c.bericht = g.id WHERE g.soort = '319'

INSERT INTO woonplaatsbeginsel (eigenaar, bericht, volgnummer, standaard, tegenpartij, ouder, bsn)
SELECT eigenaar, bericht, 1, standaard, tegenpartij, 1, bsn FROM antwoord

UPDATE toegewezen_product p SET referentie_aanbieder = 'V' || g.k
FROM gemeld g WHERE p.bericht = g.id AND p.volgnummer = 1 AND g.soort = '315' AND g.k % 80 = 3

INSERT INTO contract (eigenaar, nummer, standaard, begindatum) VALUES ('0193', 'RAAM', 'ijw', '2024-01-01')

INSERT INTO tarief (eigenaar, contract, product_categorie, product_code, eenheid, begindatum, tarief)
SELECT eigenaar, 'RAAM', product_categorie, product_code, eenheid, begindatum, tarief
FROM tarief WHERE eigenaar = '0193' AND contract = 'C65656055'

DELETE FROM tarief WHERE eigenaar = '0193' AND contract <> 'RAAM'

UPDATE contract SET raamcontract = 'RAAM' WHERE eigenaar = '0193' AND nummer <> 'RAAM'

INSERT INTO product (eigenaar, standaard, product_categorie, product_code, naam, eenheid, bekostiging, begindatum)
SELECT eigenaar, 'ijw', product_categorie, product_code, product_code, eenheid, 'inspanning', '2024-01-01'
FROM tarief WHERE eigenaar = '0193'

INSERT INTO plafond (eigenaar, naam, standaard, aanbieder, product_categorie, product_code, bedrag, begindatum,
  einddatum)
SELECT '0193', naam, 'ijw', aanbieder, categorie, code, 1000000000, '2027-01-01', '2027-12-31'
FROM (VALUES ('Jeugd', NULL, NULL, NULL), ('De IJssel', '65656055', NULL, NULL), ('Ambulant', NULL, '45', '45A03'))
  n (naam, aanbieder, categorie, code)

INSERT INTO toewijsgrens (eigenaar, standaard, bedrag) VALUES ('0193', 'ijw', 100000000)

SELECT setval('toewijzing_nummer', 100000000)
