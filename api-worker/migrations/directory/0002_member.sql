CREATE INDEX membership_user ON membership (workspace_id, user_id);
