-- Frozen when revision 0008 was made.
CREATE TABLE besluit (
	eigenaar TEXT NOT NULL,
	bericht UUID NOT NULL,
	toewijzing_nummer BIGINT NOT NULL,
	toegang TEXT,
	model TEXT,
	assen JSONB,
	resultaatgebieden TEXT[] NOT NULL,
	door TEXT NOT NULL,
	goedgekeurd_door TEXT,
	CONSTRAINT pk_besluit PRIMARY KEY (eigenaar, bericht, toewijzing_nummer),
	CONSTRAINT fk_besluit_eigenaar_bericht FOREIGN KEY(eigenaar, bericht) REFERENCES bericht (eigenaar, id)
);
COMMENT ON TABLE besluit IS 'what lies behind a version of an allocation';
COMMENT ON COLUMN besluit.bericht IS 'the 301 that tells it';
COMMENT ON COLUMN besluit.toegang IS 'who let the citizen in';
COMMENT ON COLUMN besluit.model IS 'table of arrangements';
COMMENT ON COLUMN besluit.assen IS 'the cell of that table';
CREATE TABLE toewijsgrens (
	eigenaar TEXT NOT NULL,
	standaard TEXT NOT NULL,
	bedrag BIGINT NOT NULL,
	CONSTRAINT pk_toewijsgrens PRIMARY KEY (eigenaar, standaard),
	CONSTRAINT ck_toewijsgrens_standaard CHECK (standaard IN ('ijw', 'iwmo')),
	CONSTRAINT ck_toewijsgrens_bedrag CHECK (bedrag >= 0),
	CONSTRAINT fk_toewijsgrens_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
COMMENT ON COLUMN toewijsgrens.bedrag IS 'eurocents; from here on a second person approves';
CREATE TABLE toewijzingsvoorstel (
	eigenaar TEXT NOT NULL,
	id UUID NOT NULL,
	toewijzing TEXT,
	bsn TEXT NOT NULL,
	inhoud BYTEA,
	bedrag BIGINT NOT NULL,
	gemaakt_door TEXT NOT NULL,
	gemaakt_kenmerk TEXT NOT NULL,
	gemaakt_op TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	besloten_door TEXT,
	besloten_kenmerk TEXT,
	besloten_op TIMESTAMP WITH TIME ZONE,
	uitkomst TEXT,
	bericht UUID,
	CONSTRAINT pk_toewijzingsvoorstel PRIMARY KEY (eigenaar, id),
	CONSTRAINT ck_toewijzingsvoorstel_uitkomst CHECK (uitkomst IN ('goedgekeurd', 'afgewezen')),
	CONSTRAINT ck_toewijzingsvoorstel_twee_personen CHECK (uitkomst <> 'goedgekeurd' OR besloten_kenmerk <> gemaakt_kenmerk),
	CONSTRAINT ck_toewijzingsvoorstel_besloten CHECK ((uitkomst IS NULL) = (besloten_kenmerk IS NULL)),
	CONSTRAINT fk_toewijzingsvoorstel_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
CREATE INDEX ix_toewijzingsvoorstel_eigenaar_gemaakt_op ON toewijzingsvoorstel (eigenaar, gemaakt_op);
COMMENT ON TABLE toewijzingsvoorstel IS 'an allocation or a change that waits for a second person';
COMMENT ON COLUMN toewijzingsvoorstel.toewijzing IS 'the allocation that is to change; empty: a new one';
COMMENT ON COLUMN toewijzingsvoorstel.bsn IS 'pseudonym';
COMMENT ON COLUMN toewijzingsvoorstel.inhoud IS 'what is asked, sealed; gone once it was decided';
COMMENT ON COLUMN toewijzingsvoorstel.bedrag IS 'eurocents that it commits';
COMMENT ON COLUMN toewijzingsvoorstel.bericht IS 'the 301 that came of it';
CREATE TABLE pgb (
	eigenaar TEXT NOT NULL,
	id UUID NOT NULL,
	bsn TEXT NOT NULL,
	standaard TEXT NOT NULL,
	product_categorie TEXT NOT NULL,
	product_code TEXT,
	begindatum DATE NOT NULL,
	einddatum DATE,
	CONSTRAINT pk_pgb PRIMARY KEY (eigenaar, id),
	CONSTRAINT ck_pgb_standaard CHECK (standaard IN ('ijw', 'iwmo')),
	CONSTRAINT ck_pgb_periode CHECK (einddatum >= begindatum),
	CONSTRAINT fk_pgb_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
CREATE INDEX ix_pgb_bsn_eigenaar_standaard ON pgb (bsn, eigenaar, standaard);
COMMENT ON TABLE pgb IS 'personal budgets: for the same product there is no allocation then (OP043)';
COMMENT ON COLUMN pgb.bsn IS 'pseudonym';
COMMENT ON COLUMN pgb.product_code IS 'empty: the whole category';
