-- Frozen when revision 0006 was made.
ALTER TABLE contract ALTER COLUMN tegenpartij DROP NOT NULL;
ALTER TABLE contract ADD COLUMN perceel TEXT DEFAULT '' NOT NULL;
ALTER TABLE contract ADD COLUMN raamcontract TEXT;
ALTER TABLE contract ADD COLUMN instroom_tot DATE;
ALTER TABLE contract ADD COLUMN toetreding TEXT DEFAULT 'open' NOT NULL;
ALTER TABLE contract ADD COLUMN opties SMALLINT DEFAULT '0' NOT NULL;
ALTER TABLE contract ADD COLUMN optie_maanden SMALLINT DEFAULT '0' NOT NULL;
ALTER TABLE contract ADD COLUMN opties_gebruikt SMALLINT DEFAULT '0' NOT NULL;
ALTER TABLE contract ADD COLUMN acceptatieplicht BOOLEAN DEFAULT 'false' NOT NULL;
ALTER TABLE contract ADD COLUMN wachttijdmelding BOOLEAN DEFAULT 'false' NOT NULL;
ALTER TABLE contract ADD COLUMN vastgelegd_op TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL;
ALTER TABLE contract DROP CONSTRAINT ex_contract_periode;
ALTER TABLE contract ADD CONSTRAINT ex_contract_periode EXCLUDE USING gist (eigenaar WITH =, tegenpartij WITH =, standaard WITH =, perceel WITH =, daterange(begindatum, einddatum, '[]') WITH &&);
ALTER TABLE contract ADD CONSTRAINT fk_contract_eigenaar_raamcontract FOREIGN KEY (eigenaar, raamcontract) REFERENCES contract (eigenaar, nummer);
ALTER TABLE contract ADD CONSTRAINT ck_contract_toetreding CHECK (toetreding IN ('open', 'twee_momenten', 'bij_tekort', 'gesloten'));
ALTER TABLE contract ADD CONSTRAINT ck_contract_opties CHECK (opties_gebruikt BETWEEN 0 AND opties);
ALTER TABLE contract ADD CONSTRAINT ck_contract_optie_maanden CHECK (optie_maanden BETWEEN 0 AND 120);
ALTER TABLE contract ADD CONSTRAINT ck_contract_instroom CHECK (instroom_tot BETWEEN begindatum AND einddatum);
COMMENT ON COLUMN contract.tegenpartij IS 'empty: a framework, whose tariffs hold for the contracts that name it';
COMMENT ON COLUMN contract.einddatum IS 'of what is delivered and paid, with the options that were used';
COMMENT ON COLUMN contract.perceel IS 'the lot';
COMMENT ON COLUMN contract.instroom_tot IS 'last day on which new care may begin; what runs is finished';
COMMENT ON COLUMN contract.opties IS 'how often it can be extended';
COMMENT ON COLUMN contract.optie_maanden IS 'by how much each time';
ALTER TABLE tarief ADD COLUMN vastgelegd_op TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL;
CREATE TABLE aanbieder (
	eigenaar TEXT NOT NULL,
	agb TEXT NOT NULL,
	naam TEXT NOT NULL,
	vastgelegd_op TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_aanbieder PRIMARY KEY (eigenaar, agb),
	CONSTRAINT fk_aanbieder_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
COMMENT ON COLUMN aanbieder.eigenaar IS 'whose copy this is';
CREATE TABLE onderaannemer (
	eigenaar TEXT NOT NULL,
	aanbieder TEXT NOT NULL,
	agb TEXT NOT NULL,
	naam TEXT NOT NULL,
	begindatum DATE NOT NULL,
	einddatum DATE,
	vastgelegd_op TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_onderaannemer PRIMARY KEY (eigenaar, aanbieder, agb, begindatum),
	CONSTRAINT fk_onderaannemer_eigenaar_aanbieder FOREIGN KEY(eigenaar, aanbieder) REFERENCES aanbieder (eigenaar, agb),
	CONSTRAINT ck_onderaannemer_periode CHECK (einddatum >= begindatum),
	CONSTRAINT ex_onderaannemer_periode EXCLUDE USING gist (eigenaar WITH =, aanbieder WITH =, agb WITH =, daterange(begindatum, einddatum, '[]') WITH &&),
	CONSTRAINT fk_onderaannemer_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
COMMENT ON COLUMN onderaannemer.eigenaar IS 'whose copy this is';
COMMENT ON COLUMN onderaannemer.aanbieder IS 'the main contractor, who is responsible';
CREATE TABLE product (
	eigenaar TEXT NOT NULL,
	standaard TEXT NOT NULL,
	product_categorie TEXT NOT NULL,
	product_code TEXT NOT NULL,
	naam TEXT NOT NULL,
	perceel TEXT DEFAULT '' NOT NULL,
	eenheid TEXT,
	frequentie TEXT,
	bekostiging TEXT NOT NULL,
	landelijk BOOLEAN DEFAULT 'false' NOT NULL,
	levertermijn SMALLINT,
	eigen_bijdrage BOOLEAN DEFAULT 'false' NOT NULL,
	begindatum DATE NOT NULL,
	einddatum DATE,
	vastgelegd_op TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_product PRIMARY KEY (eigenaar, standaard, product_categorie, product_code, begindatum),
	CONSTRAINT ck_product_standaard CHECK (standaard IN ('ijw', 'iwmo')),
	CONSTRAINT ck_product_bekostiging CHECK (bekostiging IN ('inspanning', 'output', 'taak')),
	CONSTRAINT ck_product_levertermijn CHECK (levertermijn BETWEEN 0 AND 520),
	CONSTRAINT ck_product_periode CHECK (einddatum >= begindatum),
	CONSTRAINT ex_product_periode EXCLUDE USING gist (eigenaar WITH =, standaard WITH =, product_categorie WITH =, product_code WITH =, daterange(begindatum, einddatum, '[]') WITH &&),
	CONSTRAINT fk_product_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
COMMENT ON COLUMN product.eigenaar IS 'whose copy this is';
COMMENT ON COLUMN product.product_code IS 'empty: the category as a whole (aspecific)';
COMMENT ON COLUMN product.perceel IS 'the lot it is bought in; empty: any';
COMMENT ON COLUMN product.eenheid IS 'unit in which it is allocated; empty: by budget';
COMMENT ON COLUMN product.landelijk IS 'on the national product list';
COMMENT ON COLUMN product.levertermijn IS 'working days from allocation to start or delivery';
CREATE TABLE arrangementmodel (
	eigenaar TEXT NOT NULL,
	model TEXT NOT NULL,
	standaard TEXT NOT NULL,
	naam TEXT NOT NULL,
	assen JSONB NOT NULL,
	vastgelegd_op TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_arrangementmodel PRIMARY KEY (eigenaar, model),
	CONSTRAINT ck_arrangementmodel_standaard CHECK (standaard IN ('ijw', 'iwmo')),
	CONSTRAINT fk_arrangementmodel_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
COMMENT ON COLUMN arrangementmodel.eigenaar IS 'whose copy this is';
COMMENT ON COLUMN arrangementmodel.assen IS 'the axes, each with its values';
CREATE TABLE arrangement (
	eigenaar TEXT NOT NULL,
	model TEXT NOT NULL,
	assen JSONB NOT NULL,
	product_categorie TEXT,
	product_code TEXT,
	volume BIGINT,
	eenheid TEXT,
	frequentie TEXT,
	budget BIGINT,
	maanden SMALLINT,
	begindatum DATE NOT NULL,
	einddatum DATE,
	vastgelegd_op TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_arrangement PRIMARY KEY (eigenaar, model, assen, begindatum),
	CONSTRAINT fk_arrangement_eigenaar_model FOREIGN KEY(eigenaar, model) REFERENCES arrangementmodel (eigenaar, model),
	CONSTRAINT ck_arrangement_omvang CHECK ((product_code IS NULL) = (volume IS NULL)),
	CONSTRAINT ck_arrangement_periode CHECK (einddatum >= begindatum),
	CONSTRAINT ex_arrangement_periode EXCLUDE USING gist (eigenaar WITH =, model WITH =, (assen::text) WITH =, daterange(begindatum, einddatum, '[]') WITH &&),
	CONSTRAINT fk_arrangement_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
COMMENT ON COLUMN arrangement.eigenaar IS 'whose copy this is';
COMMENT ON COLUMN arrangement.assen IS 'a value of each axis of the model';
COMMENT ON COLUMN arrangement.product_categorie IS 'empty: a generic allocation';
COMMENT ON COLUMN arrangement.budget IS 'eurocents, when there is no volume';
COMMENT ON COLUMN arrangement.maanden IS 'how long it runs; empty: open';
CREATE TABLE plafond (
	eigenaar TEXT NOT NULL,
	naam TEXT NOT NULL,
	standaard TEXT NOT NULL,
	aanbieder TEXT,
	perceel TEXT,
	product_categorie TEXT,
	product_code TEXT,
	bedrag BIGINT NOT NULL,
	waarschuw_bij SMALLINT DEFAULT '80' NOT NULL,
	begindatum DATE NOT NULL,
	einddatum DATE NOT NULL,
	vastgelegd_op TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_plafond PRIMARY KEY (eigenaar, naam, begindatum),
	CONSTRAINT ck_plafond_standaard CHECK (standaard IN ('ijw', 'iwmo')),
	CONSTRAINT ck_plafond_waarschuw_bij CHECK (waarschuw_bij BETWEEN 1 AND 100),
	CONSTRAINT ck_plafond_bedrag CHECK (bedrag > 0),
	CONSTRAINT ck_plafond_periode CHECK (einddatum >= begindatum),
	CONSTRAINT ex_plafond_periode EXCLUDE USING gist (eigenaar WITH =, naam WITH =, daterange(begindatum, einddatum, '[]') WITH &&),
	CONSTRAINT fk_plafond_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
COMMENT ON COLUMN plafond.eigenaar IS 'whose copy this is';
COMMENT ON COLUMN plafond.aanbieder IS 'empty: all';
COMMENT ON COLUMN plafond.perceel IS 'empty: all';
COMMENT ON COLUMN plafond.product_categorie IS 'empty: all';
COMMENT ON COLUMN plafond.product_code IS 'empty: all';
COMMENT ON COLUMN plafond.bedrag IS 'eurocents over the period';
COMMENT ON COLUMN plafond.waarschuw_bij IS 'percentage';
CREATE TABLE regio (
	eigenaar TEXT NOT NULL,
	centrum TEXT NOT NULL,
	CONSTRAINT pk_regio PRIMARY KEY (eigenaar),
	CONSTRAINT ck_regio_ander CHECK (centrum <> eigenaar),
	CONSTRAINT fk_regio_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
CREATE INDEX ix_regio_centrum ON regio (centrum);
COMMENT ON COLUMN regio.eigenaar IS 'whose copy this is';
COMMENT ON COLUMN regio.centrum IS 'the municipality that keeps all this for the region';
CREATE TABLE regio_lid (
	eigenaar TEXT NOT NULL,
	gemeente TEXT NOT NULL,
	CONSTRAINT pk_regio_lid PRIMARY KEY (eigenaar, gemeente),
	CONSTRAINT ck_regio_lid_ander CHECK (gemeente <> eigenaar),
	CONSTRAINT fk_regio_lid_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
COMMENT ON COLUMN regio_lid.eigenaar IS 'whose copy this is';
COMMENT ON COLUMN regio_lid.gemeente IS 'may have the owner keep its purchase data';
CREATE TABLE inkoop_historie (
	eigenaar TEXT NOT NULL,
	volgnummer BIGINT GENERATED ALWAYS AS IDENTITY,
	tabel TEXT NOT NULL,
	rij JSONB NOT NULL,
	vervangen_op TIMESTAMP WITH TIME ZONE NOT NULL,
	door TEXT NOT NULL,
	CONSTRAINT pk_inkoop_historie PRIMARY KEY (eigenaar, volgnummer),
	CONSTRAINT fk_inkoop_historie_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
CREATE INDEX ix_inkoop_historie_eigenaar_tabel_vervangen_op ON inkoop_historie (eigenaar, tabel, vervangen_op);
COMMENT ON TABLE inkoop_historie IS 'every row of this subject that was replaced or taken away; a trigger writes it';
COMMENT ON COLUMN inkoop_historie.rij IS 'as it was';
CREATE FUNCTION inkoop_onthouden() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO inkoop_historie (eigenaar, tabel, rij, vervangen_op, door)
        VALUES (OLD.eigenaar, TG_TABLE_NAME, to_jsonb(OLD), clock_timestamp(), coalesce(current_setting('zorgketen.wie', true), ''));
    RETURN NULL;
END $$;
