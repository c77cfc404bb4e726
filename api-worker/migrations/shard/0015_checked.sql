-- What was ticked for the last move.
ALTER TABLE deal ADD COLUMN stage_checked TEXT;
