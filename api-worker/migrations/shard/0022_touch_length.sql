-- How long a touch took, in minutes, and why nothing is planned after it.
ALTER TABLE touch ADD COLUMN duration INTEGER;
ALTER TABLE touch ADD COLUMN no_next TEXT;
