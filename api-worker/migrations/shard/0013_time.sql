-- When records came to their stages: one row for each time, so that how long they stood there, and how many came to a
-- stage lately, is read without the log. Written by the save that moves a record (`storage/stays.rs`); `seq` is the entry
-- of the log it came with.
CREATE TABLE stay (
  workspace_id TEXT NOT NULL,
  entity TEXT NOT NULL,
  record_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  stage TEXT NOT NULL,
  entered_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, entity, record_id, seq)
);
CREATE INDEX stay_stage ON stay (workspace_id, entity, stage, entered_at, record_id);

-- What the rep expects, in percent.
ALTER TABLE deal ADD COLUMN own_probability INTEGER;
-- Answers the forecast alone: what closes in some weeks, for the whole workspace and for some owners. SQLite reads the
-- row for any column that the statement names, also for the one that is null in all of the index.
CREATE INDEX deal_forecast ON deal (workspace_id, close_date, stage, owner_id, amount, amount_base, amount_currency, own_probability, deleted_at) WHERE deleted_at IS NULL;

-- Of before, by the log: moves that were taken back at once were none.
INSERT INTO stay (workspace_id, entity, record_id, seq, stage, entered_at)
SELECT workspace_id, 'deal', record_id, seq, stage, at FROM (
  SELECT workspace_id, record_id, seq, stage, at,
    lag(stage) OVER (PARTITION BY workspace_id, record_id ORDER BY seq) AS before
  FROM (
    SELECT l.workspace_id, l.record_id, l.seq, l.at, l.command_id, l.body ->> '$.fields.stage[1]' AS stage,
      lead(l.undoes) OVER (PARTITION BY l.workspace_id, l.record_id ORDER BY l.seq) AS taken_back
    FROM change_log l
    WHERE l.entity = 'deal' AND json_type(l.body, '$.fields.stage') IS NOT NULL
      AND EXISTS (SELECT 1 FROM deal d WHERE d.workspace_id = l.workspace_id AND d.id = l.record_id)
  )
  WHERE taken_back IS NOT command_id
)
WHERE stage IS NOT NULL AND before IS NOT stage;
