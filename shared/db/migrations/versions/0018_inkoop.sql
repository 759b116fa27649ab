-- Frozen when revision 0018 was made.
ALTER TABLE arrangement NO FORCE ROW LEVEL SECURITY;
ALTER TABLE inkoop_historie NO FORCE ROW LEVEL SECURITY;
DELETE FROM arrangement WHERE num_nulls(product_code, volume, eenheid, frequentie) NOT IN (0, 4);
ALTER TABLE inkoop_historie FORCE ROW LEVEL SECURITY;
ALTER TABLE arrangement FORCE ROW LEVEL SECURITY;
ALTER TABLE arrangement DROP CONSTRAINT ck_arrangement_omvang;
ALTER TABLE arrangement ADD CONSTRAINT ck_arrangement_omvang CHECK (num_nulls(product_code, volume, eenheid, frequentie) IN (0, 4));
ALTER TABLE contract ADD COLUMN toetreding_momenten TEXT[] DEFAULT '{}' NOT NULL;
COMMENT ON COLUMN contract.toetreding_momenten IS 'MM-DD of the days on which a provider can join';
ALTER TABLE product ADD COLUMN onderhoudstermijn SMALLINT;
ALTER TABLE product ADD CONSTRAINT ck_product_onderhoudstermijn CHECK (onderhoudstermijn BETWEEN 0 AND 520);
COMMENT ON COLUMN product.onderhoudstermijn IS 'working days from a report to maintenance or repair';
ALTER TABLE arrangementmodel ADD COLUMN gebieden JSONB;
COMMENT ON COLUMN arrangementmodel.gebieden IS 'the result areas, and which value of which axis follows from their number';
