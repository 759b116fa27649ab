-- Frozen when revision 0007 was made.
CREATE TABLE rekening (
	eigenaar TEXT NOT NULL,
	id UUID NOT NULL,
	houder TEXT NOT NULL,
	begindatum DATE NOT NULL,
	iban TEXT NOT NULL,
	naam TEXT NOT NULL,
	gemaakt_door TEXT NOT NULL,
	gemaakt_op TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	bevestigd_door TEXT,
	bevestigd_op TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_rekening PRIMARY KEY (eigenaar, id),
	CONSTRAINT uq_rekening_eigenaar_houder_begindatum_iban_naam UNIQUE (eigenaar, houder, begindatum, iban, naam),
	CONSTRAINT ck_rekening_houder CHECK (houder ~ '^([0-9]{4}|[0-9]{8})$'),
	CONSTRAINT ck_rekening_twee CHECK (bevestigd_door <> gemaakt_door),
	CONSTRAINT ck_rekening_bevestigd CHECK ((bevestigd_door IS NULL) = (bevestigd_op IS NULL)),
	CONSTRAINT fk_rekening_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
COMMENT ON TABLE rekening IS 'accounts that one person enters and another confirms; only ever added to';
COMMENT ON COLUMN rekening.houder IS 'the provider, or the owner itself: what it pays from';
CREATE TABLE taakbekostiging (
	eigenaar TEXT NOT NULL,
	nummer TEXT NOT NULL,
	aanbieder TEXT NOT NULL,
	omschrijving TEXT NOT NULL,
	begindatum DATE NOT NULL,
	einddatum DATE NOT NULL,
	bedrag BIGINT NOT NULL,
	CONSTRAINT pk_taakbekostiging PRIMARY KEY (eigenaar, nummer),
	CONSTRAINT ck_taakbekostiging_periode CHECK (einddatum >= begindatum),
	CONSTRAINT ck_taakbekostiging_bedrag CHECK (bedrag >= 0),
	CONSTRAINT fk_taakbekostiging_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
COMMENT ON TABLE taakbekostiging IS 'a sum for a task or a subsidy: no person, no allocation, no declaratie';
COMMENT ON COLUMN taakbekostiging.bedrag IS 'eurocents; the plan may not exceed it';
CREATE TABLE betaaltermijn (
	eigenaar TEXT NOT NULL,
	taakbekostiging TEXT NOT NULL,
	volgnummer INTEGER NOT NULL,
	vervaldatum DATE NOT NULL,
	bedrag BIGINT NOT NULL,
	soort TEXT NOT NULL,
	CONSTRAINT pk_betaaltermijn PRIMARY KEY (eigenaar, taakbekostiging, volgnummer),
	CONSTRAINT ck_betaaltermijn_soort CHECK (soort IN ('termijn', 'voorschot')),
	CONSTRAINT ck_betaaltermijn_bedrag CHECK (bedrag >= 0),
	CONSTRAINT fk_betaaltermijn_eigenaar_taakbekostiging FOREIGN KEY(eigenaar, taakbekostiging) REFERENCES taakbekostiging (eigenaar, nummer),
	CONSTRAINT fk_betaaltermijn_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
COMMENT ON COLUMN betaaltermijn.vervaldatum IS 'from this day on it can be paid';
COMMENT ON COLUMN betaaltermijn.bedrag IS 'eurocents; 0 when it was taken out of the plan';
CREATE TABLE betaalvoorstel (
	eigenaar TEXT NOT NULL,
	id UUID NOT NULL,
	volgorde BIGINT GENERATED ALWAYS AS IDENTITY,
	gemaakt_door TEXT NOT NULL,
	gemaakt_op TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	goedgekeurd_door TEXT,
	goedgekeurd_op TIMESTAMP WITH TIME ZONE,
	ingetrokken_door TEXT,
	ingetrokken_op TIMESTAMP WITH TIME ZONE,
	uitvoerdatum DATE,
	iban TEXT,
	naam TEXT,
	CONSTRAINT pk_betaalvoorstel PRIMARY KEY (eigenaar, id),
	CONSTRAINT ck_betaalvoorstel_twee CHECK (goedgekeurd_door <> gemaakt_door),
	CONSTRAINT ck_betaalvoorstel_goedgekeurd CHECK ((goedgekeurd_door IS NULL) = (goedgekeurd_op IS NULL)),
	CONSTRAINT ck_betaalvoorstel_ingetrokken CHECK ((ingetrokken_door IS NULL) = (ingetrokken_op IS NULL)),
	CONSTRAINT ck_betaalvoorstel_uitvoering CHECK (goedgekeurd_op IS NULL OR num_nulls(uitvoerdatum, iban, naam) = 0),
	CONSTRAINT fk_betaalvoorstel_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
CREATE INDEX ix_betaalvoorstel_eigenaar_volgorde ON betaalvoorstel (eigenaar, volgorde);
COMMENT ON TABLE betaalvoorstel IS 'what one person proposes to pay and another approves';
COMMENT ON COLUMN betaalvoorstel.volgorde IS 'order of making';
COMMENT ON COLUMN betaalvoorstel.uitvoerdatum IS 'the day that the bank is asked to pay';
COMMENT ON COLUMN betaalvoorstel.iban IS 'of the account that is paid from, since the approval';
CREATE TABLE bankresultaat (
	eigenaar TEXT NOT NULL,
	id UUID NOT NULL,
	inhoud BYTEA NOT NULL,
	gemaakt_door TEXT NOT NULL,
	gemaakt_op TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_bankresultaat PRIMARY KEY (eigenaar, id),
	CONSTRAINT uq_bankresultaat_eigenaar_inhoud UNIQUE (eigenaar, inhoud),
	CONSTRAINT fk_bankresultaat_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
COMMENT ON TABLE bankresultaat IS 'each file with results of the bank';
COMMENT ON COLUMN bankresultaat.inhoud IS 'SHA-256 of the file';
CREATE TABLE betaling (
	eigenaar TEXT NOT NULL,
	id UUID NOT NULL,
	betaalvoorstel UUID NOT NULL,
	aanbieder TEXT NOT NULL,
	bedrag BIGINT NOT NULL,
	iban TEXT NOT NULL,
	naam TEXT NOT NULL,
	uitgevoerd_op DATE,
	vervallen_op DATE,
	reden TEXT,
	bankresultaat UUID,
	levend BOOLEAN GENERATED ALWAYS AS (vervallen_op IS NULL) STORED NOT NULL,
	CONSTRAINT pk_betaling PRIMARY KEY (eigenaar, id),
	CONSTRAINT uq_betaling_eigenaar_id_levend UNIQUE (eigenaar, id, levend),
	CONSTRAINT uq_betaling_eigenaar_betaalvoorstel_aanbieder UNIQUE (eigenaar, betaalvoorstel, aanbieder),
	CONSTRAINT ck_betaling_bedrag CHECK (bedrag >= 0),
	CONSTRAINT fk_betaling_eigenaar_betaalvoorstel FOREIGN KEY(eigenaar, betaalvoorstel) REFERENCES betaalvoorstel (eigenaar, id),
	CONSTRAINT fk_betaling_eigenaar_bankresultaat FOREIGN KEY(eigenaar, bankresultaat) REFERENCES bankresultaat (eigenaar, id),
	CONSTRAINT fk_betaling_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
COMMENT ON COLUMN betaling.bedrag IS 'eurocents; 0 when an advance covers all';
COMMENT ON COLUMN betaling.uitgevoerd_op IS 'when the bank paid';
COMMENT ON COLUMN betaling.vervallen_op IS 'when it was withdrawn, rejected or returned';
COMMENT ON COLUMN betaling.reden IS 'the reason code of the bank, of what it rejected or returned';
COMMENT ON COLUMN betaling.bankresultaat IS 'the file that told so last';
CREATE TABLE betaalregel (
	eigenaar TEXT NOT NULL,
	betaling UUID NOT NULL,
	nummer INTEGER NOT NULL,
	levend BOOLEAN NOT NULL,
	soort TEXT NOT NULL,
	standaard TEXT,
	declaratie UUID,
	prestatie INTEGER,
	declaratie_nummer TEXT,
	referentie TEXT,
	taakbekostiging TEXT,
	termijn INTEGER,
	bedrag BIGINT NOT NULL,
	CONSTRAINT pk_betaalregel PRIMARY KEY (eigenaar, betaling, nummer),
	CONSTRAINT ck_betaalregel_soort CHECK (soort IN ('prestatie', 'verrekening', 'termijn', 'voorschot')),
	CONSTRAINT ck_betaalregel_prestatie CHECK (soort <> 'prestatie' OR num_nulls(declaratie, prestatie) = 0),
	CONSTRAINT ck_betaalregel_termijn CHECK (soort = 'prestatie' OR num_nulls(taakbekostiging, termijn) = 0),
	CONSTRAINT ck_betaalregel_bedrag CHECK (CASE soort WHEN 'verrekening' THEN bedrag < 0 WHEN 'prestatie' THEN true ELSE bedrag > 0 END),
	CONSTRAINT fk_betaalregel_eigenaar_betaling_levend FOREIGN KEY(eigenaar, betaling, levend) REFERENCES betaling (eigenaar, id, levend) ON UPDATE CASCADE,
	CONSTRAINT fk_betaalregel_eigenaar_taakbekostiging_termijn FOREIGN KEY(eigenaar, taakbekostiging, termijn) REFERENCES betaaltermijn (eigenaar, taakbekostiging, volgnummer),
	CONSTRAINT fk_betaalregel_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
CREATE INDEX ix_betaalregel_verrekening ON betaalregel (eigenaar, taakbekostiging, termijn) WHERE levend AND soort = 'verrekening';
CREATE UNIQUE INDEX uq_betaalregel_prestatie ON betaalregel (eigenaar, declaratie, prestatie) WHERE levend AND soort = 'prestatie';
CREATE UNIQUE INDEX uq_betaalregel_termijn ON betaalregel (eigenaar, taakbekostiging, termijn) WHERE levend AND soort IN ('termijn', 'voorschot');
COMMENT ON TABLE betaalregel IS 'what a payment is for: a granted line and an instalment stand in one live payment at most';
COMMENT ON COLUMN betaalregel.nummer IS 'position in the payment, from 1';
COMMENT ON COLUMN betaalregel.levend IS 'that of the payment, which its foreign key keeps';
COMMENT ON COLUMN betaalregel.declaratie IS 'the message that the line stands in, or stood in';
COMMENT ON COLUMN betaalregel.prestatie IS 'its position there';
COMMENT ON COLUMN betaalregel.referentie IS 'ReferentieNummer of the line';
COMMENT ON COLUMN betaalregel.bedrag IS 'eurocents, credits and what is taken back negative';
