-- Frozen when revision 0015 was made.
-- What was recorded more than once for the same product becomes one, over all its days: it keeps the same care away.
CREATE TEMPORARY TABLE pgb_samen ON COMMIT DROP AS
WITH geteld AS (
	SELECT *, coalesce(begindatum > max(coalesce(einddatum, 'infinity')) OVER (same ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), true) AS los
	FROM pgb WINDOW same AS (PARTITION BY eigenaar, bsn, standaard, product_categorie, product_code ORDER BY begindatum, id)
), groep AS (
	SELECT *, count(*) FILTER (WHERE los) OVER (PARTITION BY eigenaar, bsn, standaard, product_categorie, product_code ORDER BY begindatum, id) AS nummer
	FROM geteld
)
SELECT eigenaar, (array_agg(id ORDER BY begindatum, id))[1] AS id, nullif(max(coalesce(einddatum, 'infinity')), 'infinity') AS einddatum
FROM groep GROUP BY eigenaar, bsn, standaard, product_categorie, product_code, nummer;
DELETE FROM pgb WHERE NOT EXISTS (SELECT FROM pgb_samen s WHERE s.eigenaar = pgb.eigenaar AND s.id = pgb.id);
UPDATE pgb SET einddatum = s.einddatum FROM pgb_samen s WHERE s.eigenaar = pgb.eigenaar AND s.id = pgb.id;
ALTER TABLE pgb ADD CONSTRAINT ex_pgb_periode EXCLUDE USING gist (eigenaar WITH =, bsn WITH =, standaard WITH =, product_categorie WITH =, (coalesce(product_code, '')) WITH =, daterange(begindatum, einddatum, '[]') WITH &&);
ALTER TABLE toewijzingsvoorstel ALTER COLUMN bedrag DROP NOT NULL;
COMMENT ON COLUMN toewijzingsvoorstel.bedrag IS 'eurocents that it commits; empty: not known';
