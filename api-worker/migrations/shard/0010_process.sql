-- Why a deal was lost and to whom, and what was said about its last move.
ALTER TABLE deal ADD COLUMN lost_note TEXT;
ALTER TABLE deal ADD COLUMN lost_to_id TEXT;
ALTER TABLE deal ADD COLUMN stage_note TEXT;
ALTER TABLE deal ADD COLUMN stage_exception TEXT;
CREATE INDEX deal_lost_to ON deal (workspace_id, lost_to_id) WHERE lost_to_id IS NOT NULL;

-- Definitions written before this have these fields from now on. Their reason stays the free text it is.
UPDATE definition SET body = json_set(body, '$.entities', json((
  SELECT json_group_array(json(CASE e.value ->> 'id' WHEN 'deal' THEN json_insert(e.value,
    '$.fields[#]', json('{"id":"lost_note","label":{"zh":"输单说明","en":"Lost details"},"type":"text","max":300}'),
    '$.fields[#]', json('{"id":"lost_to","label":{"zh":"输给","en":"Lost to"},"type":"relation","entity":"competitor"}'),
    '$.fields[#]', json('{"id":"stage_note","label":{"zh":"阶段说明","en":"Note on the move"},"type":"long_text","personal":true,"system":true}'),
    '$.fields[#]', json('{"id":"stage_exception","label":{"zh":"破例原因","en":"Reason for the exception"},"type":"long_text","personal":true,"system":true}'))
  ELSE e.value END)) FROM json_each(body, '$.entities') e)))
WHERE NOT EXISTS (SELECT 1 FROM json_each(body, '$.entities') e, json_each(e.value, '$.fields') f WHERE e.value ->> 'id' = 'deal' AND f.value ->> 'id' = 'stage_note');
