-- Why a deal was lost and to whom, and what was said about its last move.
ALTER TABLE deal ADD COLUMN lost_note TEXT;
ALTER TABLE deal ADD COLUMN lost_to_id TEXT;
ALTER TABLE deal ADD COLUMN stage_note TEXT;
ALTER TABLE deal ADD COLUMN stage_exception TEXT;
CREATE INDEX deal_lost_to ON deal (workspace_id, lost_to_id) WHERE lost_to_id IS NOT NULL;
