-- Reminders: what is due, who was told, and what became of it (docs/decisions/0024-reminders.md).

-- One row for each record that is due and owned. Triggers keep it; nothing else but the minute's work writes it.
CREATE TABLE schedule (
  workspace_id TEXT NOT NULL,
  entity TEXT NOT NULL,
  record_id TEXT NOT NULL,
  -- Its owner.
  user_id TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  -- As it was planned; a day without a time is due at its end and told in its morning.
  date TEXT NOT NULL,
  time TEXT,
  snoozed_until INTEGER,
  -- When it is worth a look; null once its owner was told.
  look_at INTEGER,
  PRIMARY KEY (workspace_id, entity, record_id)
) WITHOUT ROWID;
CREATE INDEX schedule_look ON schedule (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX schedule_user ON schedule (workspace_id, user_id, due_at);

-- The digests of each active member.
CREATE TABLE digest (
  workspace_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  -- 'morning' or 'evening'.
  kind TEXT NOT NULL,
  -- Until when it was looked after.
  seen_at INTEGER NOT NULL,
  look_at INTEGER,
  PRIMARY KEY (workspace_id, user_id, kind)
) WITHOUT ROWID;
CREATE INDEX digest_look ON digest (look_at) WHERE look_at IS NOT NULL;

CREATE TABLE notification (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  entity TEXT,
  record_id TEXT,
  due_at INTEGER,
  at INTEGER NOT NULL,
  read_at INTEGER,
  -- by, counts, channel: what its kind has to say beside.
  body TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(body)),
  -- When it was decided over which channels it goes; null is soon.
  routed_at INTEGER,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX notification_newest ON notification (workspace_id, user_id, at, id);
CREATE INDEX notification_unread ON notification (workspace_id, user_id, at) WHERE read_at IS NULL;
CREATE INDEX notification_new ON notification (at) WHERE routed_at IS NULL;
CREATE INDEX notification_at ON notification (at);

CREATE TABLE delivery (
  workspace_id TEXT NOT NULL,
  notification_id TEXT NOT NULL,
  -- A row of channel, or 'mail'.
  channel_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  -- 'push', 'mail' or 'bot'.
  channel TEXT NOT NULL,
  -- 'waiting', 'sending', 'sent' or 'given_up'.
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  -- When it is due, or when who is sending it has been for too long; null when it is over.
  next_at INTEGER,
  -- It was sent again after a crash.
  doubtful INTEGER NOT NULL DEFAULT 0,
  sent_at INTEGER,
  reason TEXT,
  PRIMARY KEY (workspace_id, notification_id, channel_id)
);
CREATE INDEX delivery_next ON delivery (next_at, workspace_id, user_id, channel_id) WHERE next_at IS NOT NULL;
CREATE INDEX delivery_of ON delivery (workspace_id, user_id, channel_id, next_at) WHERE next_at IS NOT NULL;

CREATE TABLE reminder_setting (
  workspace_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  body TEXT NOT NULL CHECK (json_valid(body)),
  PRIMARY KEY (workspace_id, user_id)
) WITHOUT ROWID;

CREATE TABLE channel (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  -- 'push' or 'bot'.
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  -- Of push: endpoint, p256dh, auth. Of a bot: service, url, secret.
  body TEXT NOT NULL CHECK (json_valid(body)),
  -- Of push: SHA-256 of the endpoint, base64url.
  endpoint_hash TEXT,
  created_at INTEGER NOT NULL,
  dead_at INTEGER,
  -- Given up in a row.
  failures INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX channel_user ON channel (workspace_id, user_id, created_at);
CREATE INDEX channel_endpoint ON channel (workspace_id, user_id, endpoint_hash) WHERE endpoint_hash IS NOT NULL;

-- Secret addresses of calendars, of which only the hash is kept.
CREATE TABLE feed (
  workspace_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, user_id)
);
CREATE UNIQUE INDEX feed_token ON feed (workspace_id, token_hash);

-- First looked at a day before its time, the longest lead; a day without a time 50 hours before its end, for its morning
-- may be that of a zone far from the one it was planned in. What is past when it is saved is in sight anyway.

CREATE TRIGGER lead_scheduled AFTER INSERT ON lead
WHEN NEW.owner_id IS NOT NULL AND NEW.next_touch_at IS NOT NULL AND NEW.next_touch_date IS NOT NULL AND NEW.deleted_at IS NULL
BEGIN
  INSERT INTO schedule (workspace_id, entity, record_id, user_id, due_at, date, time, snoozed_until, look_at)
  SELECT NEW.workspace_id, 'lead', NEW.id, NEW.owner_id, NEW.next_touch_at, NEW.next_touch_date, NEW.next_touch_time, NEW.snoozed_until,
    coalesce(NEW.snoozed_until, iif(NEW.next_touch_at < NEW.updated_at, NULL, NEW.next_touch_at - iif(NEW.next_touch_time IS NULL, 180000000, 86400000)))
  WHERE true
  ON CONFLICT (workspace_id, entity, record_id) DO NOTHING;
END;
CREATE TRIGGER lead_rescheduled AFTER UPDATE OF owner_id, next_touch_date, next_touch_time, next_touch_at, snoozed_until, deleted_at ON lead
WHEN OLD.owner_id IS NOT NEW.owner_id
  OR OLD.next_touch_date IS NOT NEW.next_touch_date
  OR OLD.next_touch_time IS NOT NEW.next_touch_time
  OR OLD.next_touch_at IS NOT NEW.next_touch_at
  OR OLD.snoozed_until IS NOT NEW.snoozed_until
  OR OLD.deleted_at IS NOT NEW.deleted_at
BEGIN
  DELETE FROM schedule WHERE workspace_id = NEW.workspace_id AND entity = 'lead' AND record_id = NEW.id;
  INSERT INTO schedule (workspace_id, entity, record_id, user_id, due_at, date, time, snoozed_until, look_at)
  SELECT NEW.workspace_id, 'lead', NEW.id, NEW.owner_id, NEW.next_touch_at, NEW.next_touch_date, NEW.next_touch_time, NEW.snoozed_until,
    coalesce(NEW.snoozed_until, iif(NEW.next_touch_at < NEW.updated_at, NULL, NEW.next_touch_at - iif(NEW.next_touch_time IS NULL, 180000000, 86400000)))
  WHERE NEW.owner_id IS NOT NULL AND NEW.next_touch_at IS NOT NULL AND NEW.next_touch_date IS NOT NULL AND NEW.deleted_at IS NULL;
END;
CREATE TRIGGER lead_unscheduled AFTER DELETE ON lead
BEGIN
  DELETE FROM schedule WHERE workspace_id = OLD.workspace_id AND entity = 'lead' AND record_id = OLD.id;
END;
INSERT INTO schedule (workspace_id, entity, record_id, user_id, due_at, date, time, snoozed_until, look_at)
SELECT workspace_id, 'lead', id, owner_id, next_touch_at, next_touch_date, next_touch_time, snoozed_until,
  coalesce(snoozed_until, iif(next_touch_at < unixepoch() * 1000, NULL, next_touch_at - iif(next_touch_time IS NULL, 180000000, 86400000)))
FROM lead WHERE owner_id IS NOT NULL AND next_touch_at IS NOT NULL AND next_touch_date IS NOT NULL AND deleted_at IS NULL;

CREATE TRIGGER account_scheduled AFTER INSERT ON account
WHEN NEW.owner_id IS NOT NULL AND NEW.next_touch_at IS NOT NULL AND NEW.next_touch_date IS NOT NULL AND NEW.deleted_at IS NULL
BEGIN
  INSERT INTO schedule (workspace_id, entity, record_id, user_id, due_at, date, time, snoozed_until, look_at)
  SELECT NEW.workspace_id, 'account', NEW.id, NEW.owner_id, NEW.next_touch_at, NEW.next_touch_date, NEW.next_touch_time, NEW.snoozed_until,
    coalesce(NEW.snoozed_until, iif(NEW.next_touch_at < NEW.updated_at, NULL, NEW.next_touch_at - iif(NEW.next_touch_time IS NULL, 180000000, 86400000)))
  WHERE true
  ON CONFLICT (workspace_id, entity, record_id) DO NOTHING;
END;
CREATE TRIGGER account_rescheduled AFTER UPDATE OF owner_id, next_touch_date, next_touch_time, next_touch_at, snoozed_until, deleted_at ON account
WHEN OLD.owner_id IS NOT NEW.owner_id
  OR OLD.next_touch_date IS NOT NEW.next_touch_date
  OR OLD.next_touch_time IS NOT NEW.next_touch_time
  OR OLD.next_touch_at IS NOT NEW.next_touch_at
  OR OLD.snoozed_until IS NOT NEW.snoozed_until
  OR OLD.deleted_at IS NOT NEW.deleted_at
BEGIN
  DELETE FROM schedule WHERE workspace_id = NEW.workspace_id AND entity = 'account' AND record_id = NEW.id;
  INSERT INTO schedule (workspace_id, entity, record_id, user_id, due_at, date, time, snoozed_until, look_at)
  SELECT NEW.workspace_id, 'account', NEW.id, NEW.owner_id, NEW.next_touch_at, NEW.next_touch_date, NEW.next_touch_time, NEW.snoozed_until,
    coalesce(NEW.snoozed_until, iif(NEW.next_touch_at < NEW.updated_at, NULL, NEW.next_touch_at - iif(NEW.next_touch_time IS NULL, 180000000, 86400000)))
  WHERE NEW.owner_id IS NOT NULL AND NEW.next_touch_at IS NOT NULL AND NEW.next_touch_date IS NOT NULL AND NEW.deleted_at IS NULL;
END;
CREATE TRIGGER account_unscheduled AFTER DELETE ON account
BEGIN
  DELETE FROM schedule WHERE workspace_id = OLD.workspace_id AND entity = 'account' AND record_id = OLD.id;
END;
INSERT INTO schedule (workspace_id, entity, record_id, user_id, due_at, date, time, snoozed_until, look_at)
SELECT workspace_id, 'account', id, owner_id, next_touch_at, next_touch_date, next_touch_time, snoozed_until,
  coalesce(snoozed_until, iif(next_touch_at < unixepoch() * 1000, NULL, next_touch_at - iif(next_touch_time IS NULL, 180000000, 86400000)))
FROM account WHERE owner_id IS NOT NULL AND next_touch_at IS NOT NULL AND next_touch_date IS NOT NULL AND deleted_at IS NULL;

CREATE TRIGGER contact_scheduled AFTER INSERT ON contact
WHEN NEW.owner_id IS NOT NULL AND NEW.next_touch_at IS NOT NULL AND NEW.next_touch_date IS NOT NULL AND NEW.deleted_at IS NULL
BEGIN
  INSERT INTO schedule (workspace_id, entity, record_id, user_id, due_at, date, time, snoozed_until, look_at)
  SELECT NEW.workspace_id, 'contact', NEW.id, NEW.owner_id, NEW.next_touch_at, NEW.next_touch_date, NEW.next_touch_time, NEW.snoozed_until,
    coalesce(NEW.snoozed_until, iif(NEW.next_touch_at < NEW.updated_at, NULL, NEW.next_touch_at - iif(NEW.next_touch_time IS NULL, 180000000, 86400000)))
  WHERE true
  ON CONFLICT (workspace_id, entity, record_id) DO NOTHING;
END;
CREATE TRIGGER contact_rescheduled AFTER UPDATE OF owner_id, next_touch_date, next_touch_time, next_touch_at, snoozed_until, deleted_at ON contact
WHEN OLD.owner_id IS NOT NEW.owner_id
  OR OLD.next_touch_date IS NOT NEW.next_touch_date
  OR OLD.next_touch_time IS NOT NEW.next_touch_time
  OR OLD.next_touch_at IS NOT NEW.next_touch_at
  OR OLD.snoozed_until IS NOT NEW.snoozed_until
  OR OLD.deleted_at IS NOT NEW.deleted_at
BEGIN
  DELETE FROM schedule WHERE workspace_id = NEW.workspace_id AND entity = 'contact' AND record_id = NEW.id;
  INSERT INTO schedule (workspace_id, entity, record_id, user_id, due_at, date, time, snoozed_until, look_at)
  SELECT NEW.workspace_id, 'contact', NEW.id, NEW.owner_id, NEW.next_touch_at, NEW.next_touch_date, NEW.next_touch_time, NEW.snoozed_until,
    coalesce(NEW.snoozed_until, iif(NEW.next_touch_at < NEW.updated_at, NULL, NEW.next_touch_at - iif(NEW.next_touch_time IS NULL, 180000000, 86400000)))
  WHERE NEW.owner_id IS NOT NULL AND NEW.next_touch_at IS NOT NULL AND NEW.next_touch_date IS NOT NULL AND NEW.deleted_at IS NULL;
END;
CREATE TRIGGER contact_unscheduled AFTER DELETE ON contact
BEGIN
  DELETE FROM schedule WHERE workspace_id = OLD.workspace_id AND entity = 'contact' AND record_id = OLD.id;
END;
INSERT INTO schedule (workspace_id, entity, record_id, user_id, due_at, date, time, snoozed_until, look_at)
SELECT workspace_id, 'contact', id, owner_id, next_touch_at, next_touch_date, next_touch_time, snoozed_until,
  coalesce(snoozed_until, iif(next_touch_at < unixepoch() * 1000, NULL, next_touch_at - iif(next_touch_time IS NULL, 180000000, 86400000)))
FROM contact WHERE owner_id IS NOT NULL AND next_touch_at IS NOT NULL AND next_touch_date IS NOT NULL AND deleted_at IS NULL;

CREATE TRIGGER deal_scheduled AFTER INSERT ON deal
WHEN NEW.owner_id IS NOT NULL AND NEW.next_touch_at IS NOT NULL AND NEW.next_touch_date IS NOT NULL AND NEW.deleted_at IS NULL
BEGIN
  INSERT INTO schedule (workspace_id, entity, record_id, user_id, due_at, date, time, snoozed_until, look_at)
  SELECT NEW.workspace_id, 'deal', NEW.id, NEW.owner_id, NEW.next_touch_at, NEW.next_touch_date, NEW.next_touch_time, NEW.snoozed_until,
    coalesce(NEW.snoozed_until, iif(NEW.next_touch_at < NEW.updated_at, NULL, NEW.next_touch_at - iif(NEW.next_touch_time IS NULL, 180000000, 86400000)))
  WHERE true
  ON CONFLICT (workspace_id, entity, record_id) DO NOTHING;
END;
CREATE TRIGGER deal_rescheduled AFTER UPDATE OF owner_id, next_touch_date, next_touch_time, next_touch_at, snoozed_until, deleted_at ON deal
WHEN OLD.owner_id IS NOT NEW.owner_id
  OR OLD.next_touch_date IS NOT NEW.next_touch_date
  OR OLD.next_touch_time IS NOT NEW.next_touch_time
  OR OLD.next_touch_at IS NOT NEW.next_touch_at
  OR OLD.snoozed_until IS NOT NEW.snoozed_until
  OR OLD.deleted_at IS NOT NEW.deleted_at
BEGIN
  DELETE FROM schedule WHERE workspace_id = NEW.workspace_id AND entity = 'deal' AND record_id = NEW.id;
  INSERT INTO schedule (workspace_id, entity, record_id, user_id, due_at, date, time, snoozed_until, look_at)
  SELECT NEW.workspace_id, 'deal', NEW.id, NEW.owner_id, NEW.next_touch_at, NEW.next_touch_date, NEW.next_touch_time, NEW.snoozed_until,
    coalesce(NEW.snoozed_until, iif(NEW.next_touch_at < NEW.updated_at, NULL, NEW.next_touch_at - iif(NEW.next_touch_time IS NULL, 180000000, 86400000)))
  WHERE NEW.owner_id IS NOT NULL AND NEW.next_touch_at IS NOT NULL AND NEW.next_touch_date IS NOT NULL AND NEW.deleted_at IS NULL;
END;
CREATE TRIGGER deal_unscheduled AFTER DELETE ON deal
BEGIN
  DELETE FROM schedule WHERE workspace_id = OLD.workspace_id AND entity = 'deal' AND record_id = OLD.id;
END;
INSERT INTO schedule (workspace_id, entity, record_id, user_id, due_at, date, time, snoozed_until, look_at)
SELECT workspace_id, 'deal', id, owner_id, next_touch_at, next_touch_date, next_touch_time, snoozed_until,
  coalesce(snoozed_until, iif(next_touch_at < unixepoch() * 1000, NULL, next_touch_at - iif(next_touch_time IS NULL, 180000000, 86400000)))
FROM deal WHERE owner_id IS NOT NULL AND next_touch_at IS NOT NULL AND next_touch_date IS NOT NULL AND deleted_at IS NULL;

CREATE TRIGGER task_scheduled AFTER INSERT ON task
WHEN NEW.owner_id IS NOT NULL AND NEW.due_at IS NOT NULL AND NEW.due_date IS NOT NULL AND NEW.deleted_at IS NULL AND NEW.status <> 'done'
BEGIN
  INSERT INTO schedule (workspace_id, entity, record_id, user_id, due_at, date, time, snoozed_until, look_at)
  SELECT NEW.workspace_id, 'task', NEW.id, NEW.owner_id, NEW.due_at, NEW.due_date, NEW.due_time, NEW.snoozed_until,
    coalesce(NEW.snoozed_until, iif(NEW.due_at < NEW.updated_at, NULL, NEW.due_at - iif(NEW.due_time IS NULL, 180000000, 86400000)))
  WHERE true
  ON CONFLICT (workspace_id, entity, record_id) DO NOTHING;
END;
CREATE TRIGGER task_rescheduled AFTER UPDATE OF owner_id, due_date, due_time, due_at, snoozed_until, deleted_at, status ON task
WHEN OLD.owner_id IS NOT NEW.owner_id
  OR OLD.due_date IS NOT NEW.due_date
  OR OLD.due_time IS NOT NEW.due_time
  OR OLD.due_at IS NOT NEW.due_at
  OR OLD.snoozed_until IS NOT NEW.snoozed_until
  OR OLD.deleted_at IS NOT NEW.deleted_at
  OR (OLD.status = 'done') IS NOT (NEW.status = 'done')
BEGIN
  DELETE FROM schedule WHERE workspace_id = NEW.workspace_id AND entity = 'task' AND record_id = NEW.id;
  INSERT INTO schedule (workspace_id, entity, record_id, user_id, due_at, date, time, snoozed_until, look_at)
  SELECT NEW.workspace_id, 'task', NEW.id, NEW.owner_id, NEW.due_at, NEW.due_date, NEW.due_time, NEW.snoozed_until,
    coalesce(NEW.snoozed_until, iif(NEW.due_at < NEW.updated_at, NULL, NEW.due_at - iif(NEW.due_time IS NULL, 180000000, 86400000)))
  WHERE NEW.owner_id IS NOT NULL AND NEW.due_at IS NOT NULL AND NEW.due_date IS NOT NULL AND NEW.deleted_at IS NULL AND NEW.status <> 'done';
END;
CREATE TRIGGER task_unscheduled AFTER DELETE ON task
BEGIN
  DELETE FROM schedule WHERE workspace_id = OLD.workspace_id AND entity = 'task' AND record_id = OLD.id;
END;
INSERT INTO schedule (workspace_id, entity, record_id, user_id, due_at, date, time, snoozed_until, look_at)
SELECT workspace_id, 'task', id, owner_id, due_at, due_date, due_time, snoozed_until,
  coalesce(snoozed_until, iif(due_at < unixepoch() * 1000, NULL, due_at - iif(due_time IS NULL, 180000000, 86400000)))
FROM task WHERE owner_id IS NOT NULL AND due_at IS NOT NULL AND due_date IS NOT NULL AND deleted_at IS NULL AND status <> 'done';

-- Digests are for those who come in; another zone has its own mornings.
CREATE TRIGGER user_digested AFTER INSERT ON "user"
WHEN NEW.status = 'active' AND NEW.deleted_at IS NULL
BEGIN
  INSERT INTO digest (workspace_id, user_id, kind, seen_at, look_at)
  SELECT NEW.workspace_id, NEW.id, k.value, NEW.updated_at, NEW.updated_at FROM json_each('["morning","evening"]') k;
END;
CREATE TRIGGER user_redigested AFTER UPDATE OF status, deleted_at ON "user"
WHEN OLD.status IS NOT NEW.status OR OLD.deleted_at IS NOT NEW.deleted_at
BEGIN
  DELETE FROM digest WHERE workspace_id = NEW.workspace_id AND user_id = NEW.id;
  INSERT INTO digest (workspace_id, user_id, kind, seen_at, look_at)
  SELECT NEW.workspace_id, NEW.id, k.value, NEW.updated_at, NEW.updated_at FROM json_each('["morning","evening"]') k
  WHERE NEW.status = 'active' AND NEW.deleted_at IS NULL;
END;
CREATE TRIGGER user_moved AFTER UPDATE OF zone ON "user"
WHEN OLD.zone IS NOT NEW.zone
BEGIN
  UPDATE schedule SET look_at = coalesce(snoozed_until, due_at - iif(time IS NULL, 180000000, 86400000))
  WHERE workspace_id = NEW.workspace_id AND user_id = NEW.id AND look_at IS NOT NULL;
  UPDATE digest SET look_at = seen_at WHERE workspace_id = NEW.workspace_id AND user_id = NEW.id;
END;
INSERT INTO digest (workspace_id, user_id, kind, seen_at, look_at)
SELECT u.workspace_id, u.id, k.value, unixepoch() * 1000, unixepoch() * 1000
FROM "user" u, json_each('["morning","evening"]') k WHERE u.status = 'active' AND u.deleted_at IS NULL;
