-- Photos and documents of touches and of what they are about.
ALTER TABLE lead ADD COLUMN files TEXT;
ALTER TABLE account ADD COLUMN files TEXT;
ALTER TABLE contact ADD COLUMN files TEXT;
ALTER TABLE deal ADD COLUMN files TEXT;
ALTER TABLE touch ADD COLUMN files TEXT;

-- Workspaces that are there get the field too: a new revision of their definitions, in which it stands before what the
-- system keeps.
INSERT INTO definition (workspace_id, revision, body, created_at, created_by_id)
SELECT w.workspace_id, w.revision + 1,
  json_set(d.body, '$.revision', w.revision + 1, '$.entities', json((
    SELECT json_group_array(json(entity)) FROM (
      SELECT CASE
        WHEN e.value ->> 'id' NOT IN ('lead', 'account', 'contact', 'deal', 'touch')
          OR EXISTS (SELECT 1 FROM json_each(e.value, '$.fields') f WHERE f.value ->> 'id' = 'files') THEN e.value
        ELSE json_set(e.value, '$.fields', json((
          SELECT json_group_array(json(field)) FROM (
            SELECT f.value AS field, f.key AS place FROM json_each(e.value, '$.fields') f
            UNION ALL
            SELECT '{"id":"files","label":{"zh":"附件","en":"Files"},"type":"file","max":10}', coalesce((
              SELECT min(f.key) FROM json_each(e.value, '$.fields') f WHERE f.value ->> 'id' = 'created_at'), 100) - 0.5
            ORDER BY place))))
        END AS entity
      FROM json_each(d.body, '$.entities') e ORDER BY e.key)))),
  unixepoch() * 1000, d.created_by_id
FROM workspace w JOIN definition d ON d.workspace_id = w.workspace_id AND d.revision = w.revision;

UPDATE workspace SET revision = revision + 1
WHERE EXISTS (SELECT 1 FROM definition d WHERE d.workspace_id = workspace.workspace_id AND d.revision = workspace.revision + 1);
