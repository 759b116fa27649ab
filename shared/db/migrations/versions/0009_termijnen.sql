-- Frozen when revision 0009 was made.
CREATE TABLE vrije_dag (
	eigenaar TEXT NOT NULL,
	datum DATE NOT NULL,
	omschrijving TEXT NOT NULL,
	ingetrokken_op TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_vrije_dag PRIMARY KEY (eigenaar, datum),
	CONSTRAINT fk_vrije_dag_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
COMMENT ON TABLE vrije_dag IS 'days off of an organisation, beside weekends and public holidays';
COMMENT ON COLUMN vrije_dag.ingetrokken_op IS 'since when it is a working day again';
CREATE TABLE signaal (
	eigenaar TEXT NOT NULL,
	id UUID NOT NULL,
	termijn TEXT NOT NULL,
	object TEXT NOT NULL,
	bericht UUID NOT NULL,
	standaard TEXT NOT NULL,
	tegenpartij TEXT NOT NULL,
	wie TEXT NOT NULL,
	sinds DATE NOT NULL,
	uiterlijk DATE NOT NULL,
	status TEXT NOT NULL,
	gemeld_op TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	opgelost_op TIMESTAMP WITH TIME ZONE,
	gezien_door TEXT,
	gezien_op TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_signaal PRIMARY KEY (eigenaar, id),
	CONSTRAINT ck_signaal_standaard CHECK (standaard IN ('ijw', 'iwmo')),
	CONSTRAINT ck_signaal_status CHECK (status IN ('te-laat', 'nadert')),
	CONSTRAINT uq_signaal_eigenaar_termijn_object UNIQUE (eigenaar, termijn, object),
	CONSTRAINT fk_signaal_eigenaar_bericht FOREIGN KEY(eigenaar, bericht) REFERENCES bericht (eigenaar, id)
);
COMMENT ON TABLE signaal IS 'that a term came near or passed: what was raised, and who saw it';
COMMENT ON COLUMN signaal.termijn IS 'code of the term';
COMMENT ON COLUMN signaal.object IS 'the message, allocation or request that it runs for';
COMMENT ON COLUMN signaal.bericht IS 'the message that the object stands in';
COMMENT ON COLUMN signaal.wie IS 'code of who has to act';
COMMENT ON COLUMN signaal.sinds IS 'the day of the event that the term runs from';
COMMENT ON COLUMN signaal.uiterlijk IS 'the last day';
COMMENT ON COLUMN signaal.opgelost_op IS 'when the term was found to run no longer';
CREATE TABLE resultaat (
	eigenaar TEXT NOT NULL,
	standaard TEXT NOT NULL,
	tegenpartij TEXT NOT NULL,
	toewijzing_nummer BIGINT NOT NULL,
	bericht UUID NOT NULL,
	rapportcijfer SMALLINT,
	geholpen TEXT,
	zelf_verder BOOLEAN,
	geen_nieuwe_start BOOLEAN,
	problemen_verminderd BOOLEAN,
	doel_bereikt BOOLEAN,
	vastgelegd TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_resultaat PRIMARY KEY (eigenaar, standaard, tegenpartij, toewijzing_nummer),
	CONSTRAINT ck_resultaat_standaard CHECK (standaard IN ('ijw', 'iwmo')),
	CONSTRAINT ck_resultaat_geholpen CHECK (geholpen IN ('ja', 'deels', 'nee')),
	CONSTRAINT ck_resultaat_rapportcijfer CHECK (rapportcijfer BETWEEN 1 AND 10),
	CONSTRAINT fk_resultaat_eigenaar_bericht FOREIGN KEY(eigenaar, bericht) REFERENCES bericht (eigenaar, id)
);
COMMENT ON TABLE resultaat IS 'what came of a trajectory, as its provider recorded it';
COMMENT ON COLUMN resultaat.bericht IS 'the 307 with the final stop';
COMMENT ON COLUMN resultaat.rapportcijfer IS '1 to 10; empty when the client gave none';
COMMENT ON COLUMN resultaat.geholpen IS 'whether the client says to be helped';
COMMENT ON COLUMN resultaat.zelf_verder IS 'goes on without help';
COMMENT ON COLUMN resultaat.geen_nieuwe_start IS 'no new help began';
COMMENT ON COLUMN resultaat.doel_bereikt IS 'the goal that was agreed on';
CREATE INDEX ix_bericht_open ON bericht (eigenaar, richting) WHERE status IN ('ontvangen', 'gecontroleerd', 'afgeleverd') AND soort IN ('301', '305', '307', '315', '317', '319', '323');
