-- Frozen when revision 0023 was made.
CREATE FUNCTION bericht_is_er() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    rij record;
BEGIN
    FOR rij IN SELECT DISTINCT eigenaar, bericht FROM nieuw LOOP
        PERFORM FROM bericht WHERE eigenaar = rij.eigenaar AND id = rij.bericht FOR KEY SHARE; -- nor goes it meanwhile
        IF NOT FOUND THEN
            RAISE EXCEPTION '% zonder bericht', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION bericht_is_er IS 'new rows stand in a message that is there; asked once of each message, not of each row';

CREATE FUNCTION bericht_is_leeg() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    rij record;
BEGIN
    FOR rij IN SELECT id FROM oud LOOP
        IF EXISTS (SELECT FROM client WHERE bericht = rij.id) OR EXISTS (SELECT FROM prestatie WHERE bericht = rij.id) THEN
            RAISE EXCEPTION 'bericht met regels' USING ERRCODE = 'foreign_key_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION bericht_is_leeg IS 'no message goes whose rows stay';

CREATE FUNCTION blijft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% blijft waar het staat', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
END $$;
COMMENT ON FUNCTION blijft IS 'a message keeps its id, and a row its message';

CREATE TRIGGER leeg AFTER DELETE ON bericht REFERENCING OLD TABLE AS oud
    FOR EACH STATEMENT EXECUTE FUNCTION bericht_is_leeg();
