-- What came to the records with lists, settings, converting, files and numbers that the system gives.
ALTER TABLE lead ADD COLUMN tags TEXT;
ALTER TABLE account ADD COLUMN tags TEXT;
ALTER TABLE contact ADD COLUMN tags TEXT;
ALTER TABLE deal ADD COLUMN tags TEXT;
ALTER TABLE "user" ADD COLUMN joined_at INTEGER;
ALTER TABLE team ADD COLUMN leader_id TEXT;
-- Who is in came in at the latest when they were made known.
UPDATE "user" SET joined_at = created_at WHERE status = 'active';

DROP INDEX deal_contact;
DROP INDEX touch_lead;
DROP INDEX touch_account;
DROP INDEX touch_contact;
DROP INDEX touch_deal;
DROP INDEX task_due;

-- How far the numbers that the system gives have come, by field and, where they begin anew, by year or month.
CREATE TABLE auto_number (
  workspace_id TEXT NOT NULL,
  entity TEXT NOT NULL,
  field TEXT NOT NULL,
  period TEXT NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, entity, field, period)
);

-- Files, which lie in R2: what is known of each.
CREATE TABLE file (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  size INTEGER NOT NULL,
  media TEXT NOT NULL,
  thumbnail INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  created_by_id TEXT NOT NULL,
  -- When it goes; null while a record holds it.
  expires_at INTEGER,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX file_unused ON file (workspace_id, created_by_id, expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX file_expiry ON file (expires_at) WHERE expires_at IS NOT NULL;

-- Which fields of which records hold a file: by that alone others may see it.
CREATE TABLE file_use (
  workspace_id TEXT NOT NULL,
  file_id TEXT NOT NULL,
  entity TEXT NOT NULL,
  record_id TEXT NOT NULL,
  field TEXT NOT NULL,
  PRIMARY KEY (workspace_id, file_id, entity, record_id, field)
);
CREATE INDEX file_use_record ON file_use (workspace_id, entity, record_id);
CREATE INDEX lead_email ON lead (workspace_id, email) WHERE email IS NOT NULL AND deleted_at IS NULL;
-- What a customer was before: its history is read with the customer's.
CREATE INDEX lead_account ON lead (workspace_id, account_id) WHERE account_id IS NOT NULL;
CREATE INDEX lead_contact ON lead (workspace_id, contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX lead_deal ON lead (workspace_id, deal_id) WHERE deal_id IS NOT NULL;
CREATE INDEX account_parent ON account (workspace_id, parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX contact_email ON contact (workspace_id, email) WHERE email IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX deal_by_contact ON deal (workspace_id, contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX deal_product ON deal (workspace_id, product_id) WHERE product_id IS NOT NULL;

CREATE TABLE deal_contact (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  deal_id TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  role TEXT,
  attitude TEXT,
  note TEXT,
  created_at INTEGER NOT NULL,
  created_by_id TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  updated_by_id TEXT NOT NULL,
  deleted_at INTEGER,
  external_id TEXT,
  custom TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(custom)),
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX deal_contact_external ON deal_contact (workspace_id, external_id) WHERE external_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX deal_contact_updated ON deal_contact (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX deal_contact_deal ON deal_contact (workspace_id, deal_id);
CREATE INDEX deal_contact_contact ON deal_contact (workspace_id, contact_id);

CREATE TABLE competitor (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  name TEXT NOT NULL,
  website TEXT,
  strengths TEXT,
  weaknesses TEXT,
  owner_id TEXT,
  note TEXT,
  created_at INTEGER NOT NULL,
  created_by_id TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  updated_by_id TEXT NOT NULL,
  deleted_at INTEGER,
  external_id TEXT,
  custom TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(custom)),
  name_key TEXT NOT NULL DEFAULT '',
  match_key TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX competitor_external ON competitor (workspace_id, external_id) WHERE external_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX competitor_updated ON competitor (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX competitor_name ON competitor (workspace_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX competitor_match ON competitor (workspace_id, match_key) WHERE deleted_at IS NULL;

CREATE TABLE deal_competitor (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  deal_id TEXT NOT NULL,
  competitor_id TEXT NOT NULL,
  standing TEXT,
  note TEXT,
  created_at INTEGER NOT NULL,
  created_by_id TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  updated_by_id TEXT NOT NULL,
  deleted_at INTEGER,
  external_id TEXT,
  custom TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(custom)),
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX deal_competitor_external ON deal_competitor (workspace_id, external_id) WHERE external_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX deal_competitor_updated ON deal_competitor (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX deal_competitor_deal ON deal_competitor (workspace_id, deal_id);
CREATE INDEX deal_competitor_competitor ON deal_competitor (workspace_id, competitor_id);
CREATE INDEX touch_lead ON touch (workspace_id, lead_id, happened_at) WHERE lead_id IS NOT NULL;
CREATE INDEX touch_account ON touch (workspace_id, account_id, happened_at) WHERE account_id IS NOT NULL;
CREATE INDEX touch_contact ON touch (workspace_id, contact_id, happened_at) WHERE contact_id IS NOT NULL;
CREATE INDEX touch_deal ON touch (workspace_id, deal_id, happened_at) WHERE deal_id IS NOT NULL;
CREATE INDEX task_due ON task (workspace_id, owner_id, due_at, id) WHERE status = 'open' AND deleted_at IS NULL;

CREATE TABLE saved_view (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  name TEXT NOT NULL,
  entity TEXT NOT NULL,
  filter TEXT,
  sort TEXT,
  columns TEXT,
  shared TEXT NOT NULL,
  roles TEXT,
  owner_id TEXT,
  created_at INTEGER NOT NULL,
  created_by_id TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  updated_by_id TEXT NOT NULL,
  deleted_at INTEGER,
  external_id TEXT,
  custom TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(custom)),
  name_key TEXT NOT NULL DEFAULT '',
  match_key TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX saved_view_external ON saved_view (workspace_id, external_id) WHERE external_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX saved_view_updated ON saved_view (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX saved_view_name ON saved_view (workspace_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX saved_view_entity ON saved_view (workspace_id, entity, name_key, id) WHERE deleted_at IS NULL;

-- What changes nothing and leaves a trace all the same: who took which records out of the workspace.
CREATE TABLE audit (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  entity TEXT NOT NULL,
  body TEXT NOT NULL CHECK (json_valid(body)),
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX audit_kind ON audit (workspace_id, kind, at);
