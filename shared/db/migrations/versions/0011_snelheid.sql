-- Frozen when revision 0011 was made.
CREATE INDEX ix_prestatie_toewijzing ON prestatie (toewijzing_nummer, eigenaar, standaard, tegenpartij, product_periode_begindatum);
DROP INDEX ix_prestatie_toewijzing_nummer_eigenaar_standaard_tegenpartij;
