-- Frozen when revision 0014 was made.
DROP INDEX ix_verwerking_betrokkene_eigenaar_volgnummer;
ALTER TABLE verwerking ALTER COLUMN betrokkene TYPE TEXT[] USING ARRAY[betrokkene];
ALTER TABLE verwerking ALTER COLUMN betrokkene DROP NOT NULL;
ALTER TABLE verwerking RENAME COLUMN betrokkene TO betrokkenen;
ALTER TABLE verwerking ALTER COLUMN betrokkenen SET NOT NULL;
COMMENT ON COLUMN verwerking.betrokkenen IS 'pseudonyms of the persons';
CREATE INDEX ix_verwerking_onderwerp_eigenaar ON verwerking (onderwerp, eigenaar);
CREATE OR REPLACE FUNCTION opschonen(zaak uuid) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    mijn text := current_setting('zorgketen.organisatie');
    ids uuid[];
    ijw date;
    iwmo date;
    item text;
    weg bigint;
BEGIN
    SELECT berichten, tot_ijw, tot_iwmo INTO ids, ijw, iwmo FROM opschoning o
        WHERE o.eigenaar = mijn AND o.id = zaak AND goedgekeurd_door IS NOT NULL AND uitgevoerd_op IS NULL FOR UPDATE;
    IF ids IS NULL THEN RAISE EXCEPTION 'Deze opschoning is niet goedgekeurd, of al uitgevoerd.'; END IF;
    IF EXISTS (SELECT FROM bericht b WHERE b.eigenaar = mijn AND b.id = ANY (ids)
        AND b.dagtekening > CASE b.standaard WHEN 'ijw' THEN ijw ELSE iwmo END) THEN
        RAISE EXCEPTION 'Van een bericht is de bewaartermijn niet voorbij.'; END IF;
    FOR item IN SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
        WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND attname = 'bericht' AND NOT attisdropped
    LOOP
        EXECUTE format('DELETE FROM %I WHERE eigenaar = $1 AND bericht = ANY ($2)', item) USING mijn, ids;
    END LOOP;
    DELETE FROM bericht b WHERE b.eigenaar = mijn AND b.id = ANY (ids);
    GET DIAGNOSTICS weg = ROW_COUNT;
    DELETE FROM levering l WHERE l.eigenaar = mijn AND l.einddatum <= CASE l.standaard WHEN 'ijw' THEN ijw ELSE iwmo END AND NOT EXISTS (
        SELECT FROM toegewezen_product t WHERE t.eigenaar = mijn AND t.standaard = l.standaard
            AND t.tegenpartij = l.tegenpartij AND t.toewijzing_nummer = l.toewijzing_nummer);
    DELETE FROM persoon p WHERE p.eigenaar = mijn AND p.bsn IN (
        SELECT unnest(betrokkenen) FROM verwerking v WHERE v.eigenaar = mijn AND v.onderwerp = ANY (ids::text[])
        EXCEPT SELECT unnest(betrokkenen) FROM verwerking v JOIN bericht b ON b.id::text = v.onderwerp
            AND b.eigenaar = mijn WHERE v.eigenaar = mijn);
    UPDATE opschoning o SET uitgevoerd_op = clock_timestamp() WHERE o.eigenaar = mijn AND o.id = zaak;
    RETURN weg;
END $$;
