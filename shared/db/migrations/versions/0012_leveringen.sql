-- Frozen when revision 0012 was made.
CREATE TABLE verrichting (
	eigenaar TEXT NOT NULL,
	kenmerk TEXT NOT NULL,
	levering UUID NOT NULL,
	datum DATE NOT NULL,
	volume BIGINT NOT NULL,
	eenheid TEXT NOT NULL,
	vastgelegd TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_verrichting PRIMARY KEY (eigenaar, kenmerk),
	CONSTRAINT ck_verrichting_volume CHECK (volume BETWEEN 0 AND 99999999),
	CONSTRAINT fk_verrichting_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code),
	CONSTRAINT fk_verrichting_levering FOREIGN KEY(levering) REFERENCES levering (id) ON DELETE CASCADE
);
COMMENT ON COLUMN verrichting.kenmerk IS 'of the provider; the same again replaces the entry';
COMMENT ON COLUMN verrichting.levering IS 'the month it counts in';
COMMENT ON COLUMN verrichting.datum IS 'day of delivery';
COMMENT ON COLUMN verrichting.volume IS '0 withdraws it';
COMMENT ON COLUMN verrichting.eenheid IS 'of the volume; minutes may count in a month of hours';
CREATE INDEX ix_verrichting_levering ON verrichting (levering);
