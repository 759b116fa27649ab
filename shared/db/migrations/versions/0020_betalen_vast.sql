-- Frozen when revision 0020 was made.
-- What stood there may say that a payment failed before it was made: from now on the later of both days counts.
ALTER TABLE betaling NO FORCE ROW LEVEL SECURITY;
UPDATE betaling SET vervallen_op = uitgevoerd_op WHERE vervallen_op < uitgevoerd_op;
ALTER TABLE betaling FORCE ROW LEVEL SECURITY;
ALTER TABLE betaling ADD CONSTRAINT ck_betaling_volgorde CHECK (vervallen_op >= uitgevoerd_op);
CREATE FUNCTION betalen_vast() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    oud jsonb := CASE TG_OP WHEN 'UPDATE' THEN to_jsonb(OLD) END;
    nieuw jsonb := to_jsonb(NEW);
    vast boolean := num_nonnulls(oud ->> 'goedgekeurd_op', oud ->> 'ingetrokken_op', oud ->> 'bevestigd_op') > 0;
    van uuid;
BEGIN
    IF nieuw = oud THEN
        RETURN NEW;
    END IF;
    IF TG_TABLE_NAME = 'betaaltermijn' THEN
        vast := EXISTS (SELECT FROM betaalregel WHERE levend
            AND (eigenaar, taakbekostiging, termijn) = (OLD.eigenaar, OLD.taakbekostiging, OLD.volgnummer));
    ELSIF TG_OP = 'INSERT' AND TG_TABLE_NAME IN ('betaling', 'betaalregel') THEN
        van := nieuw ->> 'betaalvoorstel';
        IF van IS NULL THEN
            SELECT betaalvoorstel INTO van FROM betaling
                WHERE eigenaar = NEW.eigenaar AND id = (nieuw ->> 'betaling')::uuid;
        END IF;
        SELECT num_nonnulls(goedgekeurd_op, ingetrokken_op) > 0 INTO vast FROM betaalvoorstel
            WHERE eigenaar = NEW.eigenaar AND id = van FOR SHARE; -- an approval at once waits, and then shows the new row
    END IF;
    IF vast OR nieuw - TG_ARGV <> oud - TG_ARGV
        OR num_nonnulls(nieuw ->> 'goedgekeurd_op', nieuw ->> 'ingetrokken_op') > 1 THEN
        RAISE EXCEPTION '% ligt vast', TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION betalen_vast IS 'what a second person decided on changes no more; the arguments are the columns that may change until then';
