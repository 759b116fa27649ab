-- Frozen when revision 0001 was made: the tables of shared/db/tables.py as they were then.
CREATE SEQUENCE identificatie_nummer START 10001;
CREATE SEQUENCE toewijzing_nummer START 10001;
CREATE SEQUENCE declaratie_nummer START 10001;
CREATE SEQUENCE referentie_nummer START 10001;
CREATE TABLE organisatie (
	code TEXT NOT NULL,
	naam TEXT NOT NULL,
	hier BOOLEAN NOT NULL,
	kanaal TEXT NOT NULL,
	adres TEXT DEFAULT '' NOT NULL,
	CONSTRAINT pk_organisatie PRIMARY KEY (code),
	CONSTRAINT ck_organisatie_kanaal CHECK (kanaal IN ('lokaal', 'map', 'http')),
	CONSTRAINT ck_organisatie_code CHECK (code ~ '^([0-9]{4}|[0-9]{8})$'),
	CONSTRAINT ck_organisatie_lokaal CHECK (hier OR kanaal <> 'lokaal')
);
COMMENT ON COLUMN organisatie.code IS 'CBS code (4 digits) or AGB code (8 digits)';
COMMENT ON COLUMN organisatie.hier IS 'served by this installation';
COMMENT ON COLUMN organisatie.kanaal IS 'how messages reach it';
COMMENT ON COLUMN organisatie.adres IS 'folder or URL of the channel';
CREATE TABLE bericht (
	id UUID NOT NULL,
	volgorde BIGINT GENERATED ALWAYS AS IDENTITY,
	eigenaar TEXT NOT NULL,
	tegenpartij TEXT NOT NULL,
	richting TEXT NOT NULL,
	standaard TEXT NOT NULL,
	soort TEXT NOT NULL,
	identificatie TEXT NOT NULL,
	dagtekening DATE NOT NULL,
	status TEXT NOT NULL,
	xml BYTEA NOT NULL,
	sleutel TEXT,
	antwoord_op UUID,
	aangemaakt TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_bericht PRIMARY KEY (id),
	CONSTRAINT ck_bericht_richting CHECK (richting IN ('inkomend', 'uitgaand')),
	CONSTRAINT ck_bericht_standaard CHECK (standaard IN ('ijw', 'iwmo')),
	CONSTRAINT ck_bericht_status CHECK (status IN ('ontvangen', 'gecontroleerd', 'klaar', 'afgeleverd', 'goedgekeurd', 'afgekeurd', 'mislukt')),
	CONSTRAINT uq_bericht_eigenaar_id UNIQUE (eigenaar, id),
	CONSTRAINT uq_bericht_eigenaar_sleutel UNIQUE (eigenaar, sleutel),
	CONSTRAINT uq_bericht_eigenaar_antwoord_op UNIQUE (eigenaar, antwoord_op),
	CONSTRAINT fk_bericht_eigenaar_antwoord_op FOREIGN KEY(eigenaar, antwoord_op) REFERENCES bericht (eigenaar, id),
	CONSTRAINT fk_bericht_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
CREATE INDEX ix_bericht_eigenaar_richting_standaard_soort_identificatie ON bericht (eigenaar, richting, standaard, soort, identificatie);
CREATE INDEX ix_bericht_eigenaar_volgorde ON bericht (eigenaar, volgorde);
COMMENT ON COLUMN bericht.volgorde IS 'order of storing';
COMMENT ON COLUMN bericht.eigenaar IS 'whose row this is';
COMMENT ON COLUMN bericht.tegenpartij IS 'the other party of the exchange';
COMMENT ON COLUMN bericht.soort IS '301 … 325';
COMMENT ON COLUMN bericht.xml IS 'the exact bytes';
COMMENT ON COLUMN bericht.sleutel IS 'key of the delivery, so that a repeated one is recognised';
COMMENT ON COLUMN bericht.antwoord_op IS 'the heen message that this one answers';
CREATE TABLE contract (
	eigenaar TEXT NOT NULL,
	nummer TEXT NOT NULL,
	tegenpartij TEXT NOT NULL,
	standaard TEXT NOT NULL,
	begindatum DATE NOT NULL,
	einddatum DATE,
	CONSTRAINT pk_contract PRIMARY KEY (eigenaar, nummer),
	CONSTRAINT ck_contract_standaard CHECK (standaard IN ('ijw', 'iwmo')),
	CONSTRAINT ck_contract_periode CHECK (einddatum >= begindatum),
	CONSTRAINT ex_contract_periode EXCLUDE USING gist (eigenaar WITH =, tegenpartij WITH =, standaard WITH =, daterange(begindatum, einddatum, '[]') WITH &&),
	CONSTRAINT fk_contract_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
COMMENT ON COLUMN contract.eigenaar IS 'whose copy this is';
CREATE TABLE levering (
	id UUID NOT NULL,
	eigenaar TEXT NOT NULL,
	standaard TEXT NOT NULL,
	tegenpartij TEXT NOT NULL,
	toewijzing_nummer BIGINT NOT NULL,
	product_categorie TEXT NOT NULL,
	product_code TEXT NOT NULL,
	begindatum DATE NOT NULL,
	einddatum DATE NOT NULL,
	eenheid TEXT NOT NULL,
	volume BIGINT NOT NULL,
	vastgelegd TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_levering PRIMARY KEY (id),
	CONSTRAINT uq_levering_eigenaar_standaard_tegenpartij_toewijzing_n_4f90 UNIQUE (eigenaar, standaard, tegenpartij, toewijzing_nummer, product_categorie, product_code, begindatum),
	CONSTRAINT ck_levering_periode CHECK (einddatum >= begindatum),
	CONSTRAINT ck_levering_volume CHECK (volume BETWEEN 0 AND 99999999),
	CONSTRAINT fk_levering_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
COMMENT ON COLUMN levering.begindatum IS 'first day of the product period (IV089)';
COMMENT ON COLUMN levering.volume IS 'delivered in the period; 0 withdraws it';
CREATE TABLE toegang (
	sleutel_hash BYTEA NOT NULL,
	eigenaar TEXT NOT NULL,
	naam TEXT NOT NULL,
	vervalt TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_toegang PRIMARY KEY (sleutel_hash),
	CONSTRAINT fk_toegang_eigenaar FOREIGN KEY(eigenaar) REFERENCES organisatie (code)
);
COMMENT ON COLUMN toegang.sleutel_hash IS 'SHA-256 of a 256-bit API key';
CREATE TABLE aangevraagd_product (
	eigenaar TEXT NOT NULL,
	bericht UUID NOT NULL,
	volgnummer INTEGER NOT NULL,
	standaard TEXT NOT NULL,
	tegenpartij TEXT NOT NULL,
	ouder INTEGER,
	bsn TEXT,
	referentie_aanbieder TEXT,
	beschikking_nummer BIGINT,
	product_categorie TEXT,
	product_code TEXT,
	beschikking_ingangsdatum DATE,
	toewijzing_ingangsdatum DATE,
	toewijzing_einddatum DATE,
	omvang_volume BIGINT,
	omvang_eenheid TEXT,
	omvang_frequentie TEXT,
	budget BIGINT,
	verwijzer_type TEXT,
	verwijzer_naam TEXT,
	verwijzer_zorgverlener_code TEXT,
	raamcontract TEXT,
	commentaar TEXT,
	CONSTRAINT pk_aangevraagd_product PRIMARY KEY (bericht, volgnummer),
	CONSTRAINT fk_aangevraagd_product_eigenaar_bericht FOREIGN KEY(eigenaar, bericht) REFERENCES bericht (eigenaar, id)
);
COMMENT ON COLUMN aangevraagd_product.volgnummer IS 'position among its class in the message, from 1';
COMMENT ON COLUMN aangevraagd_product.ouder IS 'volgnummer of the class above';
COMMENT ON COLUMN aangevraagd_product.bsn IS 'of the Client that it stands in';
CREATE TABLE antwoord (
	eigenaar TEXT NOT NULL,
	bericht UUID NOT NULL,
	volgnummer INTEGER NOT NULL,
	standaard TEXT NOT NULL,
	tegenpartij TEXT NOT NULL,
	ouder INTEGER,
	bsn TEXT,
	referentie_aanbieder TEXT,
	verzoek_antwoord TEXT,
	reden_afwijzing_verzoek TEXT,
	CONSTRAINT pk_antwoord PRIMARY KEY (bericht, volgnummer),
	CONSTRAINT fk_antwoord_eigenaar_bericht FOREIGN KEY(eigenaar, bericht) REFERENCES bericht (eigenaar, id)
);
COMMENT ON COLUMN antwoord.volgnummer IS 'position among its class in the message, from 1';
COMMENT ON COLUMN antwoord.ouder IS 'volgnummer of the class above';
COMMENT ON COLUMN antwoord.bsn IS 'of the Client that it stands in';
CREATE TABLE bevinding (
	eigenaar TEXT NOT NULL,
	bericht UUID NOT NULL,
	klasse TEXT NOT NULL,
	volgnummer INTEGER NOT NULL,
	code TEXT NOT NULL,
	niveau SMALLINT NOT NULL,
	retourcode TEXT NOT NULL,
	CONSTRAINT pk_bevinding PRIMARY KEY (bericht, klasse, volgnummer, code),
	CONSTRAINT fk_bevinding_eigenaar_bericht FOREIGN KEY(eigenaar, bericht) REFERENCES bericht (eigenaar, id)
);
COMMENT ON TABLE bevinding IS 'what is wrong with a class of a message, found by us or told by the other party';
COMMENT ON COLUMN bevinding.code IS 'rule code, or the return code where no rule is known';
CREATE TABLE client (
	eigenaar TEXT NOT NULL,
	bericht UUID NOT NULL,
	volgnummer INTEGER NOT NULL,
	standaard TEXT NOT NULL,
	tegenpartij TEXT NOT NULL,
	ouder INTEGER,
	bsn TEXT,
	geboortedatum_datum DATE,
	geboortedatum_datum_gebruik TEXT,
	geslacht TEXT,
	naam_geslachtsnaam_achternaam TEXT,
	naam_geslachtsnaam_voorvoegsel TEXT,
	naam_partnernaam_achternaam TEXT,
	naam_partnernaam_voorvoegsel TEXT,
	naam_voornamen TEXT,
	naam_voorletters TEXT,
	naam_naam_gebruik TEXT,
	communicatie_vorm TEXT,
	communicatie_taal TEXT,
	juridische_status TEXT,
	wettelijke_vertegenwoordiging TEXT,
	commentaar TEXT,
	gezagsdrager_bekend TEXT,
	CONSTRAINT pk_client PRIMARY KEY (bericht, volgnummer),
	CONSTRAINT fk_client_eigenaar_bericht FOREIGN KEY(eigenaar, bericht) REFERENCES bericht (eigenaar, id)
);
CREATE INDEX ix_client_bsn_eigenaar_standaard_tegenpartij ON client (bsn, eigenaar, standaard, tegenpartij);
COMMENT ON COLUMN client.volgnummer IS 'position among its class in the message, from 1';
COMMENT ON COLUMN client.ouder IS 'volgnummer of the class above';
CREATE TABLE contact (
	eigenaar TEXT NOT NULL,
	bericht UUID NOT NULL,
	volgnummer INTEGER NOT NULL,
	standaard TEXT NOT NULL,
	tegenpartij TEXT NOT NULL,
	ouder INTEGER,
	bsn TEXT,
	soort TEXT,
	adres_huis_huisnummer BIGINT,
	adres_huis_huisletter TEXT,
	adres_huis_huisnummer_toevoeging TEXT,
	adres_huis_aanduiding_woonadres TEXT,
	adres_postcode TEXT,
	adres_straatnaam TEXT,
	adres_plaatsnaam TEXT,
	adres_land_code TEXT,
	organisatie TEXT,
	telefoon_telefoon01_telefoonnummer TEXT,
	telefoon_telefoon01_landnummer TEXT,
	telefoon_telefoon02_telefoonnummer TEXT,
	telefoon_telefoon02_landnummer TEXT,
	emailadres TEXT,
	periode_begindatum DATE,
	periode_einddatum DATE,
	CONSTRAINT pk_contact PRIMARY KEY (bericht, volgnummer),
	CONSTRAINT fk_contact_eigenaar_bericht FOREIGN KEY(eigenaar, bericht) REFERENCES bericht (eigenaar, id)
);
COMMENT ON COLUMN contact.volgnummer IS 'position among its class in the message, from 1';
COMMENT ON COLUMN contact.ouder IS 'volgnummer of the class above';
COMMENT ON COLUMN contact.bsn IS 'of the Client that it stands in';
CREATE TABLE declaratie (
	eigenaar TEXT NOT NULL,
	bericht UUID NOT NULL,
	volgnummer INTEGER NOT NULL,
	standaard TEXT NOT NULL,
	tegenpartij TEXT NOT NULL,
	ouder INTEGER,
	bsn TEXT,
	declaratie_nummer TEXT,
	declaratie_periode_begindatum DATE,
	declaratie_periode_einddatum DATE,
	declaratie_dagtekening DATE,
	totaal_ingediend_bedrag_totaal_bedrag BIGINT,
	totaal_ingediend_bedrag_debet_credit TEXT,
	CONSTRAINT pk_declaratie PRIMARY KEY (bericht, volgnummer),
	CONSTRAINT fk_declaratie_eigenaar_bericht FOREIGN KEY(eigenaar, bericht) REFERENCES bericht (eigenaar, id)
);
COMMENT ON COLUMN declaratie.volgnummer IS 'position among its class in the message, from 1';
COMMENT ON COLUMN declaratie.ouder IS 'volgnummer of the class above';
COMMENT ON COLUMN declaratie.bsn IS 'of the Client that it stands in';
CREATE TABLE identificatie (
	eigenaar TEXT NOT NULL,
	afzender TEXT NOT NULL,
	standaard TEXT NOT NULL,
	soort TEXT NOT NULL,
	identificatie TEXT NOT NULL,
	bericht UUID NOT NULL,
	CONSTRAINT pk_identificatie PRIMARY KEY (eigenaar, afzender, standaard, soort, identificatie),
	CONSTRAINT fk_identificatie_eigenaar_bericht FOREIGN KEY(eigenaar, bericht) REFERENCES bericht (eigenaar, id)
);
COMMENT ON TABLE identificatie IS 'TR056: the first message that a sender used an Identificatie for';
CREATE TABLE nieuw_product (
	eigenaar TEXT NOT NULL,
	bericht UUID NOT NULL,
	volgnummer INTEGER NOT NULL,
	standaard TEXT NOT NULL,
	tegenpartij TEXT NOT NULL,
	ouder INTEGER,
	bsn TEXT,
	product_categorie TEXT,
	product_code TEXT,
	gewenste_ingangsdatum DATE,
	einddatum DATE,
	omvang_volume BIGINT,
	omvang_eenheid TEXT,
	omvang_frequentie TEXT,
	budget BIGINT,
	CONSTRAINT pk_nieuw_product PRIMARY KEY (bericht, volgnummer),
	CONSTRAINT fk_nieuw_product_eigenaar_bericht FOREIGN KEY(eigenaar, bericht) REFERENCES bericht (eigenaar, id)
);
COMMENT ON COLUMN nieuw_product.volgnummer IS 'position among its class in the message, from 1';
COMMENT ON COLUMN nieuw_product.ouder IS 'volgnummer of the class above';
COMMENT ON COLUMN nieuw_product.bsn IS 'of the Client that it stands in';
CREATE TABLE ongewijzigd_product (
	eigenaar TEXT NOT NULL,
	bericht UUID NOT NULL,
	volgnummer INTEGER NOT NULL,
	standaard TEXT NOT NULL,
	tegenpartij TEXT NOT NULL,
	ouder INTEGER,
	bsn TEXT,
	toewijzing_nummer BIGINT,
	CONSTRAINT pk_ongewijzigd_product PRIMARY KEY (bericht, volgnummer),
	CONSTRAINT fk_ongewijzigd_product_eigenaar_bericht FOREIGN KEY(eigenaar, bericht) REFERENCES bericht (eigenaar, id)
);
COMMENT ON COLUMN ongewijzigd_product.volgnummer IS 'position among its class in the message, from 1';
COMMENT ON COLUMN ongewijzigd_product.ouder IS 'volgnummer of the class above';
COMMENT ON COLUMN ongewijzigd_product.bsn IS 'of the Client that it stands in';
CREATE TABLE prestatie (
	eigenaar TEXT NOT NULL,
	bericht UUID NOT NULL,
	volgnummer INTEGER NOT NULL,
	standaard TEXT NOT NULL,
	tegenpartij TEXT NOT NULL,
	ouder INTEGER,
	bsn TEXT,
	product_referentie_referentie_nummer TEXT,
	product_referentie_vorig_referentie_nummer TEXT,
	toewijzing_nummer BIGINT,
	product_categorie TEXT,
	product_code TEXT,
	product_periode_begindatum DATE,
	product_periode_einddatum DATE,
	geleverd_volume BIGINT,
	eenheid TEXT,
	product_tarief BIGINT,
	ingediend_bedrag_bedrag BIGINT,
	ingediend_bedrag_debet_credit TEXT,
	CONSTRAINT pk_prestatie PRIMARY KEY (bericht, volgnummer),
	CONSTRAINT fk_prestatie_eigenaar_bericht FOREIGN KEY(eigenaar, bericht) REFERENCES bericht (eigenaar, id)
);
CREATE INDEX ix_prestatie_credit ON prestatie (product_referentie_vorig_referentie_nummer, eigenaar, standaard, tegenpartij) WHERE ingediend_bedrag_debet_credit = 'C';
CREATE INDEX ix_prestatie_product_referentie_referentie_nummer_eigen_62ea ON prestatie (product_referentie_referentie_nummer, eigenaar, standaard, tegenpartij);
CREATE INDEX ix_prestatie_toewijzing_nummer_eigenaar_standaard_tegenpartij ON prestatie (toewijzing_nummer, eigenaar, standaard, tegenpartij);
COMMENT ON COLUMN prestatie.volgnummer IS 'position among its class in the message, from 1';
COMMENT ON COLUMN prestatie.ouder IS 'volgnummer of the class above';
COMMENT ON COLUMN prestatie.bsn IS 'of the Client that it stands in';
CREATE TABLE relatie (
	eigenaar TEXT NOT NULL,
	bericht UUID NOT NULL,
	volgnummer INTEGER NOT NULL,
	standaard TEXT NOT NULL,
	tegenpartij TEXT NOT NULL,
	ouder INTEGER,
	bsn TEXT,
	nummer TEXT,
	volgorde BIGINT,
	soort TEXT,
	geboortedatum_datum DATE,
	geboortedatum_datum_gebruik TEXT,
	geslacht TEXT,
	naam_geslachtsnaam_achternaam TEXT,
	naam_geslachtsnaam_voorvoegsel TEXT,
	naam_partnernaam_achternaam TEXT,
	naam_partnernaam_voorvoegsel TEXT,
	naam_voornamen TEXT,
	naam_voorletters TEXT,
	naam_naam_gebruik TEXT,
	CONSTRAINT pk_relatie PRIMARY KEY (bericht, volgnummer),
	CONSTRAINT fk_relatie_eigenaar_bericht FOREIGN KEY(eigenaar, bericht) REFERENCES bericht (eigenaar, id)
);
COMMENT ON COLUMN relatie.volgnummer IS 'position among its class in the message, from 1';
COMMENT ON COLUMN relatie.ouder IS 'volgnummer of the class above';
COMMENT ON COLUMN relatie.bsn IS 'of the Client that it stands in';
CREATE TABLE start_product (
	eigenaar TEXT NOT NULL,
	bericht UUID NOT NULL,
	volgnummer INTEGER NOT NULL,
	standaard TEXT NOT NULL,
	tegenpartij TEXT NOT NULL,
	ouder INTEGER,
	bsn TEXT,
	toewijzing_nummer BIGINT,
	product_categorie TEXT,
	product_code TEXT,
	toewijzing_ingangsdatum DATE,
	begindatum DATE,
	status_aanlevering TEXT,
	CONSTRAINT pk_start_product PRIMARY KEY (bericht, volgnummer),
	CONSTRAINT fk_start_product_eigenaar_bericht FOREIGN KEY(eigenaar, bericht) REFERENCES bericht (eigenaar, id)
);
CREATE INDEX ix_start_product_toewijzing_nummer_eigenaar_standaard_t_f363 ON start_product (toewijzing_nummer, eigenaar, standaard, tegenpartij);
COMMENT ON COLUMN start_product.volgnummer IS 'position among its class in the message, from 1';
COMMENT ON COLUMN start_product.ouder IS 'volgnummer of the class above';
COMMENT ON COLUMN start_product.bsn IS 'of the Client that it stands in';
CREATE TABLE stop_product (
	eigenaar TEXT NOT NULL,
	bericht UUID NOT NULL,
	volgnummer INTEGER NOT NULL,
	standaard TEXT NOT NULL,
	tegenpartij TEXT NOT NULL,
	ouder INTEGER,
	bsn TEXT,
	toewijzing_nummer BIGINT,
	product_categorie TEXT,
	product_code TEXT,
	toewijzing_ingangsdatum DATE,
	begindatum DATE,
	reden_beeindiging TEXT,
	einddatum DATE,
	status_aanlevering TEXT,
	CONSTRAINT pk_stop_product PRIMARY KEY (bericht, volgnummer),
	CONSTRAINT fk_stop_product_eigenaar_bericht FOREIGN KEY(eigenaar, bericht) REFERENCES bericht (eigenaar, id)
);
CREATE INDEX ix_stop_product_toewijzing_nummer_eigenaar_standaard_te_5625 ON stop_product (toewijzing_nummer, eigenaar, standaard, tegenpartij);
COMMENT ON COLUMN stop_product.volgnummer IS 'position among its class in the message, from 1';
COMMENT ON COLUMN stop_product.ouder IS 'volgnummer of the class above';
COMMENT ON COLUMN stop_product.bsn IS 'of the Client that it stands in';
CREATE TABLE tarief (
	eigenaar TEXT NOT NULL,
	contract TEXT NOT NULL,
	product_categorie TEXT NOT NULL,
	product_code TEXT NOT NULL,
	eenheid TEXT NOT NULL,
	begindatum DATE NOT NULL,
	einddatum DATE,
	tarief BIGINT NOT NULL,
	CONSTRAINT pk_tarief PRIMARY KEY (eigenaar, contract, product_categorie, product_code, eenheid, begindatum),
	CONSTRAINT fk_tarief_eigenaar_contract FOREIGN KEY(eigenaar, contract) REFERENCES contract (eigenaar, nummer),
	CONSTRAINT ck_tarief_tarief CHECK (tarief BETWEEN 0 AND 99999999),
	CONSTRAINT ck_tarief_periode CHECK (einddatum >= begindatum),
	CONSTRAINT ex_tarief_periode EXCLUDE USING gist (eigenaar WITH =, contract WITH =, product_categorie WITH =, product_code WITH =, eenheid WITH =, daterange(begindatum, einddatum, '[]') WITH &&)
);
COMMENT ON COLUMN tarief.tarief IS 'eurocents per unit';
CREATE TABLE te_wijzigen_product (
	eigenaar TEXT NOT NULL,
	bericht UUID NOT NULL,
	volgnummer INTEGER NOT NULL,
	standaard TEXT NOT NULL,
	tegenpartij TEXT NOT NULL,
	ouder INTEGER,
	bsn TEXT,
	toewijzing_nummer BIGINT,
	gewenste_ingangsdatum DATE,
	einddatum DATE,
	omvang_volume BIGINT,
	omvang_eenheid TEXT,
	omvang_frequentie TEXT,
	budget BIGINT,
	CONSTRAINT pk_te_wijzigen_product PRIMARY KEY (bericht, volgnummer),
	CONSTRAINT fk_te_wijzigen_product_eigenaar_bericht FOREIGN KEY(eigenaar, bericht) REFERENCES bericht (eigenaar, id)
);
COMMENT ON COLUMN te_wijzigen_product.volgnummer IS 'position among its class in the message, from 1';
COMMENT ON COLUMN te_wijzigen_product.ouder IS 'volgnummer of the class above';
COMMENT ON COLUMN te_wijzigen_product.bsn IS 'of the Client that it stands in';
CREATE TABLE toegewezen_product (
	eigenaar TEXT NOT NULL,
	bericht UUID NOT NULL,
	volgnummer INTEGER NOT NULL,
	standaard TEXT NOT NULL,
	tegenpartij TEXT NOT NULL,
	ouder INTEGER,
	bsn TEXT,
	toewijzing_nummer BIGINT,
	referentie_aanbieder TEXT,
	product_categorie TEXT,
	product_code TEXT,
	toewijzingsdatum DATE,
	toewijzingstijd TIME WITHOUT TIME ZONE,
	ingangsdatum DATE,
	einddatum DATE,
	reden_wijziging TEXT,
	omvang_volume BIGINT,
	omvang_eenheid TEXT,
	omvang_frequentie TEXT,
	budget BIGINT,
	commentaar TEXT,
	CONSTRAINT pk_toegewezen_product PRIMARY KEY (bericht, volgnummer),
	CONSTRAINT fk_toegewezen_product_eigenaar_bericht FOREIGN KEY(eigenaar, bericht) REFERENCES bericht (eigenaar, id)
);
CREATE INDEX ix_toegewezen_product_bsn_eigenaar_standaard_tegenpartij ON toegewezen_product (bsn, eigenaar, standaard, tegenpartij);
CREATE INDEX ix_toegewezen_product_toewijzing_nummer_eigenaar_standa_aded ON toegewezen_product (toewijzing_nummer, eigenaar, standaard, tegenpartij);
COMMENT ON COLUMN toegewezen_product.volgnummer IS 'position among its class in the message, from 1';
COMMENT ON COLUMN toegewezen_product.ouder IS 'volgnummer of the class above';
COMMENT ON COLUMN toegewezen_product.bsn IS 'of the Client that it stands in';
CREATE TABLE verzoek (
	eigenaar TEXT NOT NULL,
	bericht UUID NOT NULL,
	volgnummer INTEGER NOT NULL,
	standaard TEXT NOT NULL,
	tegenpartij TEXT NOT NULL,
	ouder INTEGER,
	bsn TEXT,
	referentie_aanbieder TEXT,
	reden_verzoek TEXT,
	CONSTRAINT pk_verzoek PRIMARY KEY (bericht, volgnummer),
	CONSTRAINT fk_verzoek_eigenaar_bericht FOREIGN KEY(eigenaar, bericht) REFERENCES bericht (eigenaar, id)
);
COMMENT ON COLUMN verzoek.volgnummer IS 'position among its class in the message, from 1';
COMMENT ON COLUMN verzoek.ouder IS 'volgnummer of the class above';
COMMENT ON COLUMN verzoek.bsn IS 'of the Client that it stands in';
CREATE TABLE woonplaatsbeginsel (
	eigenaar TEXT NOT NULL,
	bericht UUID NOT NULL,
	volgnummer INTEGER NOT NULL,
	standaard TEXT NOT NULL,
	tegenpartij TEXT NOT NULL,
	ouder INTEGER,
	bsn TEXT,
	gemeente TEXT,
	CONSTRAINT pk_woonplaatsbeginsel PRIMARY KEY (bericht, volgnummer),
	CONSTRAINT fk_woonplaatsbeginsel_eigenaar_bericht FOREIGN KEY(eigenaar, bericht) REFERENCES bericht (eigenaar, id)
);
COMMENT ON COLUMN woonplaatsbeginsel.volgnummer IS 'position among its class in the message, from 1';
COMMENT ON COLUMN woonplaatsbeginsel.ouder IS 'volgnummer of the class above';
COMMENT ON COLUMN woonplaatsbeginsel.bsn IS 'of the Client that it stands in';
