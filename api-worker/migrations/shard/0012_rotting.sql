-- When a deal came into its stage, and until when it rests and why.
ALTER TABLE deal ADD COLUMN stage_since INTEGER;
ALTER TABLE deal ADD COLUMN paused_until TEXT;
ALTER TABLE deal ADD COLUMN pause_reason TEXT;
-- Deals of before: by the newest entry of the log that tells of a stage; where there is none, when they were made.
UPDATE deal SET stage_since = coalesce(
  (SELECT c.at FROM change_log c
   WHERE c.workspace_id = deal.workspace_id AND c.record_id = deal.id AND c.entity = 'deal'
     AND json_extract(c.body, '$.fields.stage[1]') IS NOT NULL
   ORDER BY c.seq DESC LIMIT 1),
  created_at
);
