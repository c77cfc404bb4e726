-- The directory: who signs in, to which workspaces, on which shard. Nothing else.

CREATE TABLE identity (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL
);

CREATE TABLE membership (
  identity_id TEXT NOT NULL REFERENCES identity (id),
  workspace_id TEXT NOT NULL,
  shard INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  joined_at INTEGER NOT NULL,
  PRIMARY KEY (identity_id, workspace_id)
);

-- Attempts to sign in, by account and by address, in windows of fifteen minutes.
CREATE TABLE attempt (
  subject TEXT NOT NULL,
  window INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (subject, window)
);

-- Reset links: only the hash of the token is kept.
CREATE TABLE reset (
  token_hash TEXT PRIMARY KEY,
  identity_id TEXT NOT NULL REFERENCES identity (id),
  expires_at INTEGER NOT NULL,
  used_at INTEGER
);
