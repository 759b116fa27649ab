-- Frozen when revision 0013 was made.
CREATE TABLE omzetting (
	eigenaar TEXT NOT NULL,
	id UUID NOT NULL,
	soort TEXT NOT NULL,
	standaard TEXT,
	per DATE NOT NULL,
	contract TEXT,
	oude_gemeente TEXT,
	nieuwe_gemeente TEXT,
	gevraagd JSONB,
	gemaakt_door TEXT NOT NULL,
	gemaakt_kenmerk TEXT NOT NULL,
	gemaakt_op TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	goedgekeurd_door TEXT,
	goedgekeurd_kenmerk TEXT,
	goedgekeurd_op TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_omzetting PRIMARY KEY (eigenaar, id),
	CONSTRAINT ck_omzetting_soort CHECK (soort IN ('omzetting', 'contracteinde', 'herindeling')),
	CONSTRAINT ck_omzetting_standaard CHECK (standaard IN ('ijw', 'iwmo')),
	CONSTRAINT ck_omzetting_twee_personen CHECK (goedgekeurd_kenmerk <> gemaakt_kenmerk),
	CONSTRAINT fk_omzetting_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
COMMENT ON COLUMN omzetting.id IS 'of a redivision the same for both municipalities';
COMMENT ON COLUMN omzetting.standaard IS 'empty: both laws';
COMMENT ON COLUMN omzetting.per IS 'first day of the new situation';
COMMENT ON COLUMN omzetting.contract IS 'the contract that ends';
COMMENT ON COLUMN omzetting.oude_gemeente IS 'of a redivision';
COMMENT ON COLUMN omzetting.nieuwe_gemeente IS 'of a redivision';
COMMENT ON COLUMN omzetting.gevraagd IS 'the filter and the rules of a conversion';
CREATE INDEX ix_omzetting_eigenaar_gemaakt_op ON omzetting (eigenaar, gemaakt_op);
CREATE TABLE omzettingsregel (
	eigenaar TEXT NOT NULL,
	omzetting UUID NOT NULL,
	volgnummer INTEGER NOT NULL,
	standaard TEXT NOT NULL,
	tegenpartij TEXT NOT NULL,
	bsn TEXT NOT NULL,
	toewijzing_nummer BIGINT NOT NULL,
	einddatum DATE NOT NULL,
	reden_wijziging TEXT NOT NULL,
	oud JSONB NOT NULL,
	nieuw JSONB,
	fouten JSONB NOT NULL,
	waarde_oud BIGINT NOT NULL,
	waarde_nieuw BIGINT NOT NULL,
	bericht UUID,
	nieuw_nummer BIGINT,
	nieuw_bericht UUID,
	geweigerd TEXT,
	CONSTRAINT pk_omzettingsregel PRIMARY KEY (eigenaar, omzetting, volgnummer),
	CONSTRAINT fk_omzettingsregel_eigenaar_omzetting FOREIGN KEY(eigenaar, omzetting) REFERENCES omzetting (eigenaar, id),
	CONSTRAINT uq_omzettingsregel_eigenaar_omzetting_standaard_toewijz_7bf2 UNIQUE (eigenaar, omzetting, standaard, toewijzing_nummer)
);
COMMENT ON TABLE omzettingsregel IS 'what such a step does with one allocation, once';
COMMENT ON COLUMN omzettingsregel.bsn IS 'pseudonym';
COMMENT ON COLUMN omzettingsregel.einddatum IS 'last day of the old allocation';
COMMENT ON COLUMN omzettingsregel.oud IS 'the allocation as it was';
COMMENT ON COLUMN omzettingsregel.nieuw IS 'what takes its place; empty: nothing';
COMMENT ON COLUMN omzettingsregel.fouten IS 'what is against it; such a line is left as it is';
COMMENT ON COLUMN omzettingsregel.waarde_oud IS 'eurocents from the day on';
COMMENT ON COLUMN omzettingsregel.waarde_nieuw IS 'eurocents from the day on';
COMMENT ON COLUMN omzettingsregel.bericht IS 'the 301 that did it';
COMMENT ON COLUMN omzettingsregel.nieuw_nummer IS 'ToewijzingNummer of what took its place';
COMMENT ON COLUMN omzettingsregel.nieuw_bericht IS 'of a redivision: the 301 of the new municipality';
COMMENT ON COLUMN omzettingsregel.geweigerd IS 'why it was not sent';
CREATE INDEX ix_omzettingsregel_bsn_eigenaar ON omzettingsregel (bsn, eigenaar);
