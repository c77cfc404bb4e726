-- Saved views that are shared with chosen teams: their ids, separated by commas.
ALTER TABLE saved_view ADD COLUMN teams TEXT;

-- Definitions from before get the field and the choice, as a revision of their own that devices notice. The inner part
-- says where a workspace's document has saved views, and where their `shared` field stands.
INSERT INTO definition (workspace_id, revision, body, created_at, created_by_id)
SELECT
  workspace_id,
  revision + 1,
  json_insert(
    json_insert(
      json_set(body, '$.revision', revision + 1),
      '$.entities[' || entity || '].fields[' || shared || '].options[#]',
      json('{"id":"teams","label":{"zh":"指定团队","en":"Chosen teams"}}')
    ),
    '$.entities[' || entity || '].fields[#]',
    json('{"id":"teams","label":{"zh":"团队","en":"Teams"},"type":"text","max":2000}')
  ),
  created_at,
  created_by_id
FROM (
  SELECT
    d.*, e.key AS entity,
    (SELECT f.key FROM json_each(e.value, '$.fields') f WHERE f.value ->> 'id' = 'shared') AS shared
  FROM workspace w
  JOIN definition d ON d.workspace_id = w.workspace_id AND d.revision = w.revision,
  json_each(d.body, '$.entities') e
  WHERE e.value ->> 'id' = 'saved_view'
    AND NOT EXISTS (SELECT 1 FROM json_each(e.value, '$.fields') f WHERE f.value ->> 'id' = 'teams')
);

UPDATE workspace SET revision = revision + 1
WHERE EXISTS (
  SELECT 1 FROM definition d WHERE d.workspace_id = workspace.workspace_id AND d.revision = workspace.revision + 1
);
