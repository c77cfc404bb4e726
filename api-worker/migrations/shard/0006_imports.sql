-- What became of the rows of an import's command, beside its receipt: a list of imports need not read what each row said.
ALTER TABLE receipt ADD COLUMN import_entity TEXT;
ALTER TABLE receipt ADD COLUMN import_created INTEGER;
ALTER TABLE receipt ADD COLUMN import_skipped INTEGER;
ALTER TABLE receipt ADD COLUMN import_refused INTEGER;

-- Of imports before this, the kind is the one that most of their records are of.
UPDATE receipt SET
  import_entity = (SELECT r.value ->> 'entity' FROM json_each(result, '$.records') r GROUP BY 1 ORDER BY count(*) DESC LIMIT 1),
  import_created = (SELECT count(*) FROM json_each(result, '$.rows') r WHERE r.value ->> 'outcome' = 'created'),
  import_skipped = (SELECT count(*) FROM json_each(result, '$.rows') r WHERE r.value ->> 'outcome' = 'skipped'),
  import_refused = (SELECT count(*) FROM json_each(result, '$.rows') r WHERE r.value ->> 'outcome' = 'refused')
WHERE import_id IS NOT NULL;

CREATE INDEX receipt_import_user ON receipt (workspace_id, user_id, import_id) WHERE import_id IS NOT NULL;
