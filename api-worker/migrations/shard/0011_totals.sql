-- Totals say which amounts were converted: the currency stands in their index too, so that they still read nothing else.
CREATE INDEX deal_total ON deal (workspace_id, stage, owner_id, amount, amount_base, amount_currency) WHERE deleted_at IS NULL;
DROP INDEX deal_totals;
