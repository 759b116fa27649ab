-- Frozen when revision 0016 was made.
ALTER TABLE lokale_regel ADD COLUMN eenheid TEXT;
-- written by a change of type, which row level security does not stand before: a limit on volume was meant in hours
ALTER TABLE lokale_regel ALTER COLUMN eenheid TYPE TEXT USING CASE grootheid WHEN 'volume' THEN '04' END;
ALTER TABLE lokale_regel ADD CONSTRAINT ck_lokale_regel_eenheid CHECK (grootheid <> 'volume' OR eenheid IS NOT NULL);
COMMENT ON COLUMN lokale_regel.eenheid IS 'of the limit on a volume';
ALTER TABLE vraag ALTER COLUMN uiterlijk DROP NOT NULL;
ALTER TABLE vraag ADD CONSTRAINT ck_vraag_uiterlijk CHECK ((uiterlijk IS NOT NULL OR uitkomst = 'afgewezen') IS TRUE);
COMMENT ON COLUMN vraag.uiterlijk IS 'last day to decide; after it the line is granted. Empty: nobody was asked';
COMMENT ON TABLE vraag IS 'a line of a declaratie that a local rule refuses, or puts before a person';
