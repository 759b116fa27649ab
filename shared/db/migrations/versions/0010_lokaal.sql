-- Frozen when revision 0010 was made.
CREATE TABLE lokale_regel (
	eigenaar TEXT NOT NULL,
	id UUID NOT NULL,
	naam TEXT NOT NULL,
	standaard TEXT NOT NULL,
	grootheid TEXT NOT NULL,
	per TEXT NOT NULL,
	grens BIGINT NOT NULL,
	aanbieder TEXT,
	product_categorie TEXT,
	product_code TEXT,
	gevolg TEXT NOT NULL,
	retourcode TEXT NOT NULL,
	bekendgemaakt_op DATE,
	begindatum DATE NOT NULL,
	einddatum DATE,
	gemaakt_door TEXT NOT NULL,
	gemaakt_op TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	aan_sinds TIMESTAMP WITH TIME ZONE,
	aangezet_door TEXT,
	CONSTRAINT pk_lokale_regel PRIMARY KEY (eigenaar, id),
	CONSTRAINT uq_lokale_regel_eigenaar_naam UNIQUE (eigenaar, naam),
	CONSTRAINT ck_lokale_regel_standaard CHECK (standaard IN ('ijw', 'iwmo')),
	CONSTRAINT ck_lokale_regel_grootheid CHECK (grootheid IN ('bedrag', 'volume', 'regels')),
	CONSTRAINT ck_lokale_regel_per CHECK (per IN ('regel', 'maand', 'toewijzing', 'client')),
	CONSTRAINT ck_lokale_regel_gevolg CHECK (gevolg IN ('afwijzen', 'vragen')),
	CONSTRAINT ck_lokale_regel_grens CHECK (grens >= 0),
	CONSTRAINT ck_lokale_regel_periode CHECK (einddatum >= begindatum),
	CONSTRAINT ck_lokale_regel_bekend CHECK (gevolg <> 'afwijzen' OR bekendgemaakt_op <= begindatum),
	CONSTRAINT fk_lokale_regel_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
COMMENT ON COLUMN lokale_regel.grootheid IS 'what is summed over granted lines';
COMMENT ON COLUMN lokale_regel.per IS 'over what it is summed';
COMMENT ON COLUMN lokale_regel.grens IS 'the most that passes: eurocents, units or lines';
COMMENT ON COLUMN lokale_regel.aanbieder IS 'empty: all';
COMMENT ON COLUMN lokale_regel.product_categorie IS 'empty: all';
COMMENT ON COLUMN lokale_regel.product_code IS 'empty: all';
COMMENT ON COLUMN lokale_regel.retourcode IS 'what the provider gets for a line that is refused';
COMMENT ON COLUMN lokale_regel.bekendgemaakt_op IS 'when the providers were told (OP095)';
COMMENT ON COLUMN lokale_regel.begindatum IS 'of the product periods that it looks at';
COMMENT ON COLUMN lokale_regel.aan_sinds IS 'empty: it is not used yet';
CREATE TABLE vraag (
	eigenaar TEXT NOT NULL,
	bericht UUID NOT NULL,
	volgnummer INTEGER NOT NULL,
	regel UUID NOT NULL,
	waarde BIGINT NOT NULL,
	uiterlijk DATE NOT NULL,
	uitkomst TEXT,
	besloten_door TEXT,
	besloten_op TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_vraag PRIMARY KEY (eigenaar, bericht, volgnummer, regel),
	CONSTRAINT fk_vraag_eigenaar_bericht FOREIGN KEY(eigenaar, bericht) REFERENCES bericht (eigenaar, id),
	CONSTRAINT fk_vraag_eigenaar_regel FOREIGN KEY(eigenaar, regel) REFERENCES lokale_regel (eigenaar, id),
	CONSTRAINT ck_vraag_uitkomst CHECK (uitkomst IN ('toegekend', 'afgewezen', 'verlopen'))
);
CREATE INDEX ix_vraag_eigenaar_uitkomst_uiterlijk ON vraag (eigenaar, uitkomst, uiterlijk);
COMMENT ON TABLE vraag IS 'a line of a declaratie that a local rule puts before a person';
COMMENT ON COLUMN vraag.bericht IS 'the declaratie';
COMMENT ON COLUMN vraag.volgnummer IS 'of its Prestatie';
COMMENT ON COLUMN vraag.waarde IS 'what was found, in the measure of the rule';
COMMENT ON COLUMN vraag.uiterlijk IS 'last day to decide; after it the line is granted';
