-- Totals read their index alone. SQLite reads the row for any column that the statement names, also for the one that is
-- null in all of the index.
CREATE INDEX deal_summed ON deal (workspace_id, stage, owner_id, amount, amount_base, amount_currency, deleted_at) WHERE deleted_at IS NULL;
DROP INDEX deal_total;

-- When a deal came to its stage, the deal and its last stay say alike; where they differ, the earlier is right. Deals of
-- before 0012 counted a move that was taken back, and the taking back, as moves.
UPDATE deal SET stage_since = last.entered_at
FROM (
  SELECT workspace_id, record_id, stage, entered_at, max(seq) AS seq FROM stay
  WHERE entity = 'deal' GROUP BY workspace_id, record_id
) last
WHERE deal.workspace_id = last.workspace_id AND deal.id = last.record_id AND deal.stage = last.stage
  AND deal.stage_since > last.entered_at;
-- The undo of an undo brought the deal's moment back, and began a stay anew.
UPDATE stay SET entered_at = d.stage_since
FROM deal d
WHERE stay.entity = 'deal' AND d.workspace_id = stay.workspace_id AND d.id = stay.record_id AND d.stage = stay.stage
  AND d.stage_since < stay.entered_at
  AND stay.seq = (
    SELECT max(l.seq) FROM stay l
    WHERE l.workspace_id = stay.workspace_id AND l.entity = 'deal' AND l.record_id = stay.record_id
  )
  AND NOT EXISTS (
    SELECT 1 FROM stay b
    WHERE b.workspace_id = stay.workspace_id AND b.entity = 'deal' AND b.record_id = stay.record_id
      AND b.seq < stay.seq AND b.entered_at >= d.stage_since
  );
