-- How what is due was put off: until when its reminder is snoozed, how often it was, how often its day was moved.
ALTER TABLE lead ADD COLUMN snoozed_until INTEGER;
ALTER TABLE lead ADD COLUMN snoozes INTEGER;
ALTER TABLE lead ADD COLUMN times_moved INTEGER;
ALTER TABLE account ADD COLUMN snoozed_until INTEGER;
ALTER TABLE account ADD COLUMN snoozes INTEGER;
ALTER TABLE account ADD COLUMN times_moved INTEGER;
ALTER TABLE contact ADD COLUMN snoozed_until INTEGER;
ALTER TABLE contact ADD COLUMN snoozes INTEGER;
ALTER TABLE contact ADD COLUMN times_moved INTEGER;
ALTER TABLE deal ADD COLUMN snoozed_until INTEGER;
ALTER TABLE deal ADD COLUMN snoozes INTEGER;
ALTER TABLE deal ADD COLUMN times_moved INTEGER;
ALTER TABLE task ADD COLUMN snoozed_until INTEGER;
ALTER TABLE task ADD COLUMN snoozes INTEGER;
ALTER TABLE task ADD COLUMN times_moved INTEGER;
