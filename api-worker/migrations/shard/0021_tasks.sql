-- What a task has besides its day: how much it matters, the rule by which it repeats, the steps to tick (JSON).
ALTER TABLE task ADD COLUMN priority TEXT;
ALTER TABLE task ADD COLUMN repeat TEXT;
ALTER TABLE task ADD COLUMN checklist TEXT;
