-- A shard: everything of its workspaces. Every key begins with workspace_id; days are text, moments are unix
-- milliseconds, money is minor units with its currency and its worth in the workspace's currency.

CREATE TABLE workspace (
  workspace_id TEXT PRIMARY KEY,
  -- How far the change log has come.
  seq INTEGER NOT NULL DEFAULT 0,
  -- The definitions in force.
  revision INTEGER NOT NULL,
  created_at INTEGER NOT NULL
);

CREATE TABLE definition (
  workspace_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by_id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, revision)
);

CREATE TABLE session (
  workspace_id TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  agent TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, token_hash)
);
CREATE INDEX session_user ON session (workspace_id, user_id);

CREATE TABLE invitation (
  workspace_id TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  user_id TEXT NOT NULL,
  email TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  PRIMARY KEY (workspace_id, token_hash)
);

-- One row a saved command. It is the assertion of the save too: when a guard does not hold, the CHECK fails and
-- the whole batch rolls back.
CREATE TABLE receipt (
  workspace_id TEXT NOT NULL,
  command_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  import_id TEXT,
  result TEXT NOT NULL,
  holds INTEGER NOT NULL CONSTRAINT guards_hold CHECK (holds = 1),
  PRIMARY KEY (workspace_id, command_id)
);
CREATE INDEX receipt_import ON receipt (workspace_id, import_id, seq) WHERE import_id IS NOT NULL;

-- The change log: append-only. Values that name a person stand in change_personal, so that erasing somebody
-- leaves the log whole.
CREATE TABLE change_log (
  workspace_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  v INTEGER NOT NULL,
  command_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  entity TEXT NOT NULL,
  record_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  undoes TEXT,
  PRIMARY KEY (workspace_id, seq)
);
CREATE INDEX change_log_record ON change_log (workspace_id, record_id, seq);
CREATE INDEX change_log_command ON change_log (workspace_id, command_id, seq);
CREATE INDEX change_log_undoes ON change_log (workspace_id, undoes) WHERE undoes IS NOT NULL;

CREATE TABLE change_personal (
  workspace_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  record_id TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (workspace_id, seq)
);
CREATE INDEX change_personal_record ON change_personal (workspace_id, record_id);

CREATE TABLE lead (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  name TEXT NOT NULL,
  company TEXT,
  phone TEXT,
  email TEXT,
  source TEXT,
  status TEXT,
  owner_id TEXT,
  note TEXT,
  account_id TEXT,
  contact_id TEXT,
  deal_id TEXT,
  next_touch_date TEXT,
  next_touch_time TEXT,
  next_touch_zone TEXT,
  next_touch_at INTEGER,
  last_touch_at INTEGER,
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
CREATE UNIQUE INDEX lead_external ON lead (workspace_id, external_id) WHERE external_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX lead_updated ON lead (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX lead_name ON lead (workspace_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX lead_match ON lead (workspace_id, match_key) WHERE deleted_at IS NULL;
CREATE INDEX lead_owner ON lead (workspace_id, owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX lead_next_touch ON lead (workspace_id, owner_id, next_touch_at) WHERE next_touch_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX lead_phone ON lead (workspace_id, phone) WHERE phone IS NOT NULL AND deleted_at IS NULL;

CREATE TABLE account (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  name TEXT NOT NULL,
  grade TEXT,
  status TEXT,
  industry TEXT,
  source TEXT,
  phone TEXT,
  website TEXT,
  address TEXT,
  employees INTEGER,
  revenue INTEGER,
  revenue_currency TEXT,
  revenue_base INTEGER,
  parent_id TEXT,
  owner_id TEXT,
  note TEXT,
  next_touch_date TEXT,
  next_touch_time TEXT,
  next_touch_zone TEXT,
  next_touch_at INTEGER,
  last_touch_at INTEGER,
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
CREATE UNIQUE INDEX account_external ON account (workspace_id, external_id) WHERE external_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX account_updated ON account (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX account_name ON account (workspace_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX account_match ON account (workspace_id, match_key) WHERE deleted_at IS NULL;
CREATE INDEX account_owner ON account (workspace_id, owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX account_next_touch ON account (workspace_id, owner_id, next_touch_at) WHERE next_touch_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX account_phone ON account (workspace_id, phone) WHERE phone IS NOT NULL AND deleted_at IS NULL;

CREATE TABLE contact (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  name TEXT NOT NULL,
  account_id TEXT,
  position TEXT,
  phone TEXT,
  email TEXT,
  wechat TEXT,
  owner_id TEXT,
  note TEXT,
  next_touch_date TEXT,
  next_touch_time TEXT,
  next_touch_zone TEXT,
  next_touch_at INTEGER,
  last_touch_at INTEGER,
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
CREATE UNIQUE INDEX contact_external ON contact (workspace_id, external_id) WHERE external_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX contact_updated ON contact (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contact_name ON contact (workspace_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX contact_match ON contact (workspace_id, match_key) WHERE deleted_at IS NULL;
CREATE INDEX contact_owner ON contact (workspace_id, owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contact_account ON contact (workspace_id, account_id) WHERE account_id IS NOT NULL;
CREATE INDEX contact_next_touch ON contact (workspace_id, owner_id, next_touch_at) WHERE next_touch_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX contact_phone ON contact (workspace_id, phone) WHERE phone IS NOT NULL AND deleted_at IS NULL;

CREATE TABLE deal (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  name TEXT NOT NULL,
  account_id TEXT,
  contact_id TEXT,
  product_id TEXT,
  amount INTEGER,
  amount_currency TEXT,
  amount_base INTEGER,
  stage TEXT NOT NULL,
  engaged_on TEXT,
  close_date TEXT,
  source TEXT,
  lost_reason TEXT,
  owner_id TEXT,
  note TEXT,
  rank TEXT,
  next_touch_date TEXT,
  next_touch_time TEXT,
  next_touch_zone TEXT,
  next_touch_at INTEGER,
  last_touch_at INTEGER,
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
CREATE UNIQUE INDEX deal_external ON deal (workspace_id, external_id) WHERE external_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX deal_updated ON deal (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX deal_name ON deal (workspace_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX deal_match ON deal (workspace_id, match_key) WHERE deleted_at IS NULL;
CREATE INDEX deal_owner ON deal (workspace_id, owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX deal_account ON deal (workspace_id, account_id) WHERE account_id IS NOT NULL;
CREATE INDEX deal_contact ON deal (workspace_id, contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX deal_next_touch ON deal (workspace_id, owner_id, next_touch_at) WHERE next_touch_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX deal_board ON deal (workspace_id, stage, rank, id) WHERE deleted_at IS NULL;
-- Covers the totals of a board, for the whole workspace and for some owners.
CREATE INDEX deal_totals ON deal (workspace_id, stage, owner_id, amount, amount_base) WHERE deleted_at IS NULL;

CREATE TABLE product (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  name TEXT NOT NULL,
  code TEXT,
  series TEXT,
  price INTEGER,
  price_currency TEXT,
  price_base INTEGER,
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
CREATE UNIQUE INDEX product_external ON product (workspace_id, external_id) WHERE external_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX product_updated ON product (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX product_name ON product (workspace_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX product_match ON product (workspace_id, match_key) WHERE deleted_at IS NULL;

CREATE TABLE touch (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  kind TEXT NOT NULL,
  outcome TEXT,
  summary TEXT,
  happened_at INTEGER NOT NULL,
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
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX touch_external ON touch (workspace_id, external_id) WHERE external_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX touch_updated ON touch (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX touch_owner ON touch (workspace_id, owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX touch_lead ON touch (workspace_id, lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX touch_account ON touch (workspace_id, account_id) WHERE account_id IS NOT NULL;
CREATE INDEX touch_contact ON touch (workspace_id, contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX touch_deal ON touch (workspace_id, deal_id) WHERE deal_id IS NOT NULL;

CREATE TABLE task (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  name TEXT NOT NULL,
  due_date TEXT,
  due_time TEXT,
  due_zone TEXT,
  due_at INTEGER,
  status TEXT NOT NULL,
  owner_id TEXT,
  note TEXT,
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
  name_key TEXT NOT NULL DEFAULT '',
  match_key TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX task_external ON task (workspace_id, external_id) WHERE external_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX task_updated ON task (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX task_name ON task (workspace_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX task_match ON task (workspace_id, match_key) WHERE deleted_at IS NULL;
CREATE INDEX task_owner ON task (workspace_id, owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX task_lead ON task (workspace_id, lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX task_account ON task (workspace_id, account_id) WHERE account_id IS NOT NULL;
CREATE INDEX task_contact ON task (workspace_id, contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX task_deal ON task (workspace_id, deal_id) WHERE deal_id IS NOT NULL;
CREATE INDEX task_due ON task (workspace_id, owner_id, due_at) WHERE status = 'open' AND deleted_at IS NULL;

CREATE TABLE "user" (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  name TEXT NOT NULL,
  email TEXT,
  role TEXT NOT NULL,
  team_id TEXT,
  manager_id TEXT,
  status TEXT NOT NULL,
  language TEXT,
  zone TEXT,
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
CREATE UNIQUE INDEX user_external ON "user" (workspace_id, external_id) WHERE external_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX user_updated ON "user" (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX user_name ON "user" (workspace_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX user_match ON "user" (workspace_id, match_key) WHERE deleted_at IS NULL;
CREATE INDEX user_team ON "user" (workspace_id, team_id) WHERE team_id IS NOT NULL;

CREATE TABLE team (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  name TEXT NOT NULL,
  parent_id TEXT,
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
CREATE UNIQUE INDEX team_external ON team (workspace_id, external_id) WHERE external_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX team_updated ON team (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX team_name ON team (workspace_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX team_match ON team (workspace_id, match_key) WHERE deleted_at IS NULL;
CREATE INDEX team_parent ON team (workspace_id, parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE rate (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  currency TEXT NOT NULL,
  "from" TEXT NOT NULL,
  rate INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  created_by_id TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  updated_by_id TEXT NOT NULL,
  deleted_at INTEGER,
  external_id TEXT,
  custom TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(custom)),
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX rate_external ON rate (workspace_id, external_id) WHERE external_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX rate_updated ON rate (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX rate_currency ON rate (workspace_id, currency, "from") WHERE deleted_at IS NULL;
