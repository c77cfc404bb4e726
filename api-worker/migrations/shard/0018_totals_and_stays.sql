-- Totals read their index alone. SQLite reads the row for any column that the statement names, also for the one that is
-- null in all of the index.
CREATE INDEX deal_summed ON deal (workspace_id, stage, owner_id, amount, amount_base, amount_currency, deleted_at) WHERE deleted_at IS NULL;
DROP INDEX deal_total;
