-- Frozen when revision 0024 was made.
CREATE FUNCTION betaling_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    rij record;
    vast boolean;
BEGIN
    FOR rij IN SELECT DISTINCT eigenaar, betaling FROM nieuw LOOP
        SELECT num_nonnulls(goedgekeurd_op, ingetrokken_op) > 0 INTO vast FROM betaalvoorstel
            WHERE eigenaar = rij.eigenaar AND id = (
                SELECT betaalvoorstel FROM betaling WHERE eigenaar = rij.eigenaar AND id = rij.betaling
            ) FOR SHARE; -- an approval at once waits, and then shows the new rows
        IF vast THEN
            RAISE EXCEPTION '% ligt vast', TG_TABLE_NAME USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION betaling_is_open IS 'no line is added to what was decided on; asked once of each payment, not of each line';
DROP TRIGGER vast ON betaalregel;
CREATE TRIGGER vast BEFORE UPDATE ON betaalregel FOR EACH ROW EXECUTE FUNCTION betalen_vast('levend');
CREATE TRIGGER open AFTER INSERT ON betaalregel REFERENCING NEW TABLE AS nieuw
    FOR EACH STATEMENT EXECUTE FUNCTION betaling_is_open();
