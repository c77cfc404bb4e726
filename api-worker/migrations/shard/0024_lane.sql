-- The deals of an account in the order of a board's lane. Whoever asks for those of an account alone reads it as well.
CREATE INDEX deal_lane ON deal (workspace_id, account_id, stage, rank, id) WHERE account_id IS NOT NULL;
DROP INDEX deal_account;
