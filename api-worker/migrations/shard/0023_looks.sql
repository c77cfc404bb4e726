-- What colleagues say to each other beside a record.
CREATE TABLE comment (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  text TEXT NOT NULL,
  owner_id TEXT,
  lead_id TEXT,
  account_id TEXT,
  contact_id TEXT,
  deal_id TEXT,
  created_at INTEGER NOT NULL,
  created_by_id TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  updated_by_id TEXT NOT NULL,
  deleted_at INTEGER,
  external_id TEXT,
  custom TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(custom)),
  sort_keys TEXT,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX comment_external ON comment (workspace_id, external_id) WHERE external_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX comment_updated ON comment (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX comment_owner ON comment (workspace_id, owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX comment_deleted ON comment (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX comment_purge ON comment (deleted_at) WHERE deleted_at IS NOT NULL;

-- The histories that a timeline is put together from, each in its order: a page reads as many rows of each as it shows.
CREATE INDEX comment_lead ON comment (workspace_id, lead_id, created_at, id) WHERE lead_id IS NOT NULL;
CREATE INDEX comment_account ON comment (workspace_id, account_id, created_at, id) WHERE account_id IS NOT NULL;
CREATE INDEX comment_contact ON comment (workspace_id, contact_id, created_at, id) WHERE contact_id IS NOT NULL;
CREATE INDEX comment_deal ON comment (workspace_id, deal_id, created_at, id) WHERE deal_id IS NOT NULL;
DROP INDEX touch_lead;
DROP INDEX touch_account;
DROP INDEX touch_contact;
DROP INDEX touch_deal;
CREATE INDEX touch_lead ON touch (workspace_id, lead_id, happened_at, id) WHERE lead_id IS NOT NULL;
CREATE INDEX touch_account ON touch (workspace_id, account_id, happened_at, id) WHERE account_id IS NOT NULL;
CREATE INDEX touch_contact ON touch (workspace_id, contact_id, happened_at, id) WHERE contact_id IS NOT NULL;
CREATE INDEX touch_deal ON touch (workspace_id, deal_id, happened_at, id) WHERE deal_id IS NOT NULL;
DROP INDEX task_lead;
DROP INDEX task_account;
DROP INDEX task_contact;
DROP INDEX task_deal;
CREATE INDEX task_lead ON task (workspace_id, lead_id, created_at, id) WHERE lead_id IS NOT NULL;
CREATE INDEX task_account ON task (workspace_id, account_id, created_at, id) WHERE account_id IS NOT NULL;
CREATE INDEX task_contact ON task (workspace_id, contact_id, created_at, id) WHERE contact_id IS NOT NULL;
CREATE INDEX task_deal ON task (workspace_id, deal_id, created_at, id) WHERE deal_id IS NOT NULL;
