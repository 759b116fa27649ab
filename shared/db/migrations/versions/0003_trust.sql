-- Frozen when revision 0003 was made.
CREATE TABLE toegang (
	bewijs BYTEA NOT NULL,
	eigenaar TEXT NOT NULL,
	soort TEXT NOT NULL,
	naam TEXT NOT NULL,
	rollen TEXT[] NOT NULL,
	vervalt TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_toegang PRIMARY KEY (bewijs, eigenaar),
	CONSTRAINT ck_toegang_soort CHECK (soort IN ('sleutel', 'certificaat', 'persoon')),
	CONSTRAINT fk_toegang_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
COMMENT ON COLUMN toegang.bewijs IS 'SHA-256 of an API key, a certificate or issuer and sub';
COMMENT ON COLUMN toegang.eigenaar IS 'for whom it gives access';
COMMENT ON COLUMN toegang.naam IS 'of the person or system; stands in the processing log';
COMMENT ON COLUMN toegang.rollen IS 'roles, or single rights';
CREATE TABLE persoon (
	eigenaar TEXT NOT NULL,
	bsn TEXT NOT NULL,
	verzegeld BYTEA NOT NULL,
	CONSTRAINT pk_persoon PRIMARY KEY (eigenaar, bsn),
	CONSTRAINT fk_persoon_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
COMMENT ON TABLE persoon IS 'the only place of a BSN outside of the sealed messages';
COMMENT ON COLUMN persoon.bsn IS 'the pseudonym that stands in all rows of this organisation';
COMMENT ON COLUMN persoon.verzegeld IS 'the BSN, sealed';
CREATE TABLE verwerking (
	eigenaar TEXT NOT NULL,
	volgnummer BIGINT NOT NULL,
	tijdstip TIMESTAMP WITH TIME ZONE NOT NULL,
	wie TEXT NOT NULL,
	handeling TEXT NOT NULL,
	betrokkene TEXT NOT NULL,
	onderwerp TEXT NOT NULL,
	hash BYTEA NOT NULL,
	CONSTRAINT pk_verwerking PRIMARY KEY (eigenaar, volgnummer),
	CONSTRAINT fk_verwerking_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
CREATE INDEX ix_verwerking_betrokkene_eigenaar_volgnummer ON verwerking (betrokkene, eigenaar, volgnummer);
COMMENT ON TABLE verwerking IS 'the processing log; only ever added to';
COMMENT ON COLUMN verwerking.handeling IS 'which processing';
COMMENT ON COLUMN verwerking.betrokkene IS 'pseudonym of the person';
COMMENT ON COLUMN verwerking.onderwerp IS 'in which object';
COMMENT ON COLUMN verwerking.hash IS 'over this line and the hash before it, with a key';
CREATE TABLE storing (
	eigenaar TEXT NOT NULL,
	bericht UUID NOT NULL,
	taak TEXT NOT NULL,
	reden TEXT NOT NULL,
	moment TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_storing PRIMARY KEY (eigenaar, bericht, taak)
);
COMMENT ON TABLE storing IS 'why a job on a message failed the last time';
COMMENT ON COLUMN storing.taak IS 'the job that failed';
COMMENT ON COLUMN storing.reden IS 'the kind of error and where it arose, never what was in it';
CREATE TABLE herhaling (
	eigenaar TEXT NOT NULL,
	sleutel TEXT NOT NULL,
	verzoek BYTEA NOT NULL,
	antwoord BYTEA,
	moment TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_herhaling PRIMARY KEY (eigenaar, sleutel),
	CONSTRAINT fk_herhaling_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
COMMENT ON COLUMN herhaling.sleutel IS 'the Idempotency-Key';
COMMENT ON COLUMN herhaling.verzoek IS 'SHA-256 of what was asked';
COMMENT ON COLUMN herhaling.antwoord IS 'what was answered, sealed';
