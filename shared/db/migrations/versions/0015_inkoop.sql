-- Frozen when revision 0015 was made.
ALTER TABLE arrangement NO FORCE ROW LEVEL SECURITY;
ALTER TABLE inkoop_historie NO FORCE ROW LEVEL SECURITY;
DELETE FROM arrangement WHERE num_nulls(product_code, volume, eenheid, frequentie) NOT IN (0, 4);
ALTER TABLE inkoop_historie FORCE ROW LEVEL SECURITY;
ALTER TABLE arrangement FORCE ROW LEVEL SECURITY;
ALTER TABLE arrangement DROP CONSTRAINT ck_arrangement_omvang;
ALTER TABLE arrangement ADD CONSTRAINT ck_arrangement_omvang CHECK (num_nulls(product_code, volume, eenheid, frequentie) IN (0, 4));
