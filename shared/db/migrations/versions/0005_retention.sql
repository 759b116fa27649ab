-- Frozen when revision 0005 was made.
CREATE TABLE bewaartermijn (
	eigenaar TEXT NOT NULL,
	standaard TEXT NOT NULL,
	jaren SMALLINT NOT NULL,
	grondslag TEXT NOT NULL,
	CONSTRAINT pk_bewaartermijn PRIMARY KEY (eigenaar, standaard),
	CONSTRAINT ck_bewaartermijn_standaard CHECK (standaard IN ('ijw', 'iwmo')),
	CONSTRAINT ck_bewaartermijn_jaren CHECK (jaren BETWEEN 1 AND 100),
	CONSTRAINT fk_bewaartermijn_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
COMMENT ON TABLE bewaartermijn IS 'how long an organisation keeps what it exchanged, where it deviates from the default';
COMMENT ON COLUMN bewaartermijn.jaren IS 'after the last event around the persons in a message';
CREATE TABLE opschoning (
	eigenaar TEXT NOT NULL,
	id UUID NOT NULL,
	tot_ijw DATE NOT NULL,
	tot_iwmo DATE NOT NULL,
	berichten UUID[] NOT NULL,
	voorgesteld_door TEXT NOT NULL,
	voorgesteld_op TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	goedgekeurd_door TEXT,
	uitgevoerd_op TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_opschoning PRIMARY KEY (eigenaar, id),
	CONSTRAINT ck_opschoning_twee CHECK (goedgekeurd_door <> voorgesteld_door),
	CONSTRAINT ck_opschoning_goedgekeurd CHECK (uitgevoerd_op IS NULL OR goedgekeurd_door IS NOT NULL),
	CONSTRAINT fk_opschoning_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
COMMENT ON TABLE opschoning IS 'messages that one person proposes to delete and another approves';
COMMENT ON COLUMN opschoning.tot_ijw IS 'nothing after this day goes';
COMMENT ON COLUMN opschoning.tot_iwmo IS 'nothing after this day goes';
CREATE FUNCTION opschonen(zaak uuid) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
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
        SELECT betrokkene FROM verwerking v WHERE v.eigenaar = mijn AND v.onderwerp = ANY (ids::text[]))
        AND NOT EXISTS (SELECT FROM verwerking v JOIN bericht b ON b.id::text = v.onderwerp AND b.eigenaar = mijn
            WHERE v.eigenaar = mijn AND v.betrokkene = p.bsn);
    UPDATE opschoning o SET uitgevoerd_op = clock_timestamp() WHERE o.eigenaar = mijn AND o.id = zaak;
    RETURN weg;
END $$;
