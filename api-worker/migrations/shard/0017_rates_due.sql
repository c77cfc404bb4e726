-- Days on which a rate begins to hold: until then nothing is worth anything by it. The Worker's minute finds amounts anew
-- when such a day comes by the workspace's clock.
CREATE TABLE rate_due (
  workspace_id TEXT NOT NULL,
  currency TEXT NOT NULL,
  "from" TEXT NOT NULL,
  -- Unix milliseconds of its first moment.
  due_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, currency, "from")
);
CREATE INDEX rate_due_at ON rate_due (due_at);

-- Of the rates there are, those whose day may not have come yet anywhere; where exactly it begins, the Worker finds out.
INSERT INTO rate_due (workspace_id, currency, "from", due_at)
SELECT DISTINCT workspace_id, currency, "from", unixepoch("from") * 1000 - 50400000
FROM rate WHERE deleted_at IS NULL AND "from" >= date('now', '-1 day');

-- Names that were saved before short sounds sorted ahead of longer ones get their keys with the next making of the search
-- index; search finds everything meanwhile.
UPDATE workspace SET search_from = '' WHERE search_from IS NULL;
