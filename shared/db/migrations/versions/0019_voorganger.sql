-- Frozen when revision 0019 was made.
ALTER TABLE besluit ADD COLUMN voorganger BIGINT;
COMMENT ON COLUMN besluit.voorganger IS 'ToewijzingNummer of what this one took the place of, when it began';
CREATE INDEX ix_besluit_voorganger_eigenaar ON besluit (voorganger, eigenaar);
