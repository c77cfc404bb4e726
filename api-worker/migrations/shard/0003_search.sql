-- What search looks in. The index can be made anew from the records at any time (docs/search.md).

-- Which row of the index is which record's. A record that changes gets a new row behind all others, so that the
-- index walked backwards goes from what is in use to what is not.
CREATE TABLE search_row (
  row INTEGER PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  entity TEXT NOT NULL,
  record_id TEXT NOT NULL
);
CREATE UNIQUE INDEX search_row_record ON search_row (workspace_id, entity, record_id);

-- Words that the Worker has prepared (api-worker/src/search), each with its workspace, entity and field. The texts
-- themselves stand in the records, so nothing of them is kept here, nor where in a text a word stood.
CREATE VIRTUAL TABLE search_index USING fts5(
  words, content = '', contentless_delete = 1, detail = none, tokenize = "ascii tokenchars '._'"
);

-- How far the index of a workspace that is being made anew has come; null when it is whole.
ALTER TABLE workspace ADD COLUMN search_from TEXT;
CREATE INDEX workspace_search ON workspace (workspace_id) WHERE search_from IS NOT NULL;
