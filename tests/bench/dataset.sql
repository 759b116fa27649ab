-- The rows of the data set, from the temporary tables paar (a municipality and a provider), soort (kinds of
-- allocation), mens (persons) and dicht (a sealed message per municipality). Statements are separated by an empty line.

-- eerst
INSERT INTO organisatie (code, naam, hier, kanaal)
SELECT DISTINCT gemeente, 'Gemeente ' || gemeente, true, 'lokaal' FROM paar
ON CONFLICT DO NOTHING

INSERT INTO organisatie (code, naam, hier, kanaal)
SELECT DISTINCT aanbieder, 'Aanbieder ' || aanbieder, true, 'lokaal' FROM paar
ON CONFLICT DO NOTHING

INSERT INTO persoon (eigenaar, bsn, verzegeld)
SELECT gemeente, bsn, verzegeld FROM mens

INSERT INTO contract (eigenaar, nummer, tegenpartij, standaard, begindatum)
SELECT gemeente, 'C' || aanbieder, aanbieder, 'ijw', '2024-01-01' FROM paar

INSERT INTO tarief (eigenaar, contract, product_categorie, product_code, eenheid, begindatum, tarief)
SELECT gemeente, 'C' || aanbieder, '45', code, eenheid, '2024-01-01', tarief FROM paar, soort

INSERT INTO bericht (id, eigenaar, tegenpartij, richting, standaard, soort, identificatie, dagtekening, status, xml)
SELECT md5('301/' || nr || '/' || c)::uuid, gemeente, aanbieder, 'uitgaand', 'ijw', '301', 'T' || nr || '-' || c,
  '2024-12-15', 'goedgekeurd', xml
FROM paar JOIN dicht USING (gemeente), generate_series(0, clienten - 1) c

INSERT INTO bericht (id, eigenaar, tegenpartij, richting, standaard, soort, identificatie, dagtekening, status, xml,
  antwoord_op)
SELECT md5('302/' || nr || '/' || c)::uuid, gemeente, aanbieder, 'inkomend', 'ijw', '302', 'R' || nr || '-' || c,
  '2024-12-16', 'goedgekeurd', xml, md5('301/' || nr || '/' || c)::uuid
FROM paar JOIN dicht USING (gemeente), generate_series(0, clienten - 1) c

INSERT INTO client (eigenaar, bericht, volgnummer, standaard, tegenpartij, bsn, geboortedatum_datum, geslacht,
  naam_geslachtsnaam_achternaam, naam_voorletters, naam_naam_gebruik, communicatie_vorm, juridische_status,
  gezagsdrager_bekend)
SELECT gemeente, md5('301/' || p.nr || '/' || c)::uuid, 1, 'ijw', aanbieder, bsn,
  date '2008-01-01' + mod(c, 3000), '1', 'Testpersoon', 'T', '1', '1', '01', '1'
FROM (SELECT *, mod(persoon + c, mensen) mens FROM paar, generate_series(0, clienten - 1) c) p
JOIN mens USING (gemeente, mens)

INSERT INTO toegewezen_product (eigenaar, bericht, volgnummer, standaard, tegenpartij, ouder, bsn, toewijzing_nummer,
  product_categorie, product_code, toewijzingsdatum, toewijzingstijd, ingangsdatum, einddatum, omvang_volume,
  omvang_eenheid, omvang_frequentie, budget)
SELECT gemeente, md5('301/' || p.nr || '/' || c)::uuid, i + 1, 'ijw', aanbieder, 1, bsn, nummer, '45',
  CASE WHEN specifiek THEN code END, '2024-12-15', '12:00', '2025-01-01', einddatum, volume,
  CASE WHEN specifiek THEN eenheid END, frequentie, budget
FROM (
  SELECT *, mod(persoon + c, mensen) mens, eerste + 3 * c + i nummer, mod(eerste + 3 * c + i, 10) soort
  FROM paar, generate_series(0, clienten - 1) c, generate_series(0, 2) i) p
JOIN mens USING (gemeente, mens) JOIN soort USING (soort)

-- maand
CREATE TEMP TABLE nu ON COMMIT DROP AS
SELECT *, md5('323/' || nr || '/' || %(maand)s)::uuid bericht,
  least(clienten * 3, regels - %(maand)s * clienten * 3) aantal
FROM paar JOIN dicht USING (gemeente) WHERE regels > %(maand)s * clienten * 3

INSERT INTO bericht (id, eigenaar, tegenpartij, richting, standaard, soort, identificatie, dagtekening, status, xml)
SELECT bericht, gemeente, aanbieder, 'inkomend', 'ijw', '323', 'F' || nr || '-' || %(maand)s, %(eind)s,
  'goedgekeurd', xml FROM nu

INSERT INTO bericht (id, eigenaar, tegenpartij, richting, standaard, soort, identificatie, dagtekening, status, xml,
  antwoord_op)
SELECT md5('325/' || nr || '/' || %(maand)s)::uuid, gemeente, aanbieder, 'uitgaand', 'ijw', '325',
  'A' || nr || '-' || %(maand)s, %(eind)s, 'afgeleverd', xml, bericht FROM nu

INSERT INTO client (eigenaar, bericht, volgnummer, standaard, tegenpartij, ouder, bsn)
SELECT gemeente, bericht, c + 1, 'ijw', aanbieder, 1, bsn
FROM (SELECT *, mod(persoon + c, mensen) mens FROM nu, generate_series(0, (aantal - 1) / 3) c) p
JOIN mens USING (gemeente, mens)

INSERT INTO prestatie (eigenaar, bericht, volgnummer, standaard, tegenpartij, ouder, bsn,
  product_referentie_referentie_nummer, product_referentie_vorig_referentie_nummer, toewijzing_nummer,
  product_categorie, product_code, product_periode_begindatum, product_periode_einddatum, geleverd_volume, eenheid,
  product_tarief, ingediend_bedrag_bedrag, ingediend_bedrag_debet_credit)
SELECT gemeente, bericht, k + 1, 'ijw', aanbieder, k / 3 + 1, bsn, 'P' || nr || '-' || k || '-' || %(maand)s,
  CASE WHEN credit THEN 'P' || nr || '-' || k || '-' || %(maand)s - 1 END, eerste + k, '45', code,
  CASE WHEN credit THEN %(vorig_begin)s ELSE %(begin)s END::date,
  CASE WHEN credit THEN %(vorig_eind)s ELSE %(eind)s END::date,
  geleverd, eenheid, tarief, geleverd * tarief, CASE WHEN credit THEN 'C' ELSE 'D' END
FROM (
  SELECT *, mod(persoon + k / 3, mensen) mens, mod(eerste + k, 10) soort,
    mod(%(maand)s, 2) = 1 AND mod(k, 50) = 7 credit
  FROM nu, generate_series(0, aantal - 1) k) p
JOIN mens USING (gemeente, mens) JOIN soort USING (soort)

INSERT INTO bevinding (eigenaar, bericht, klasse, volgnummer, code, niveau, retourcode)
SELECT gemeente, bericht, 'Prestatie', k + 1, 'TR340', 3, %(retourcode)s
FROM nu, generate_series(3, aantal - 1, 50) k

DROP TABLE nu

-- laatst
INSERT INTO declaratie (eigenaar, bericht, volgnummer, standaard, tegenpartij, declaratie_nummer,
  declaratie_periode_begindatum, declaratie_periode_einddatum, declaratie_dagtekening,
  totaal_ingediend_bedrag_totaal_bedrag, totaal_ingediend_bedrag_debet_credit)
SELECT eigenaar, id, 1, standaard, tegenpartij, 'D' || identificatie, date_trunc('month', dagtekening), dagtekening,
  dagtekening, abs(bedrag), CASE WHEN bedrag < 0 THEN 'C' ELSE 'D' END
FROM bericht JOIN (
  SELECT bericht, sum(CASE WHEN ingediend_bedrag_debet_credit = 'C' THEN -1 ELSE 1 END * ingediend_bedrag_bedrag) bedrag
  FROM prestatie GROUP BY bericht) s ON s.bericht = id
WHERE soort = '323'

INSERT INTO identificatie (eigenaar, afzender, standaard, soort, identificatie, bericht)
SELECT eigenaar, CASE richting WHEN 'uitgaand' THEN eigenaar ELSE tegenpartij END, standaard, soort, identificatie, id
FROM bericht ON CONFLICT DO NOTHING
