-- Frozen when revision 0017 was made.
ALTER TABLE vrije_dag ADD COLUMN werkdag BOOLEAN DEFAULT false NOT NULL;
COMMENT ON COLUMN vrije_dag.werkdag IS 'a public holiday that is none here';
