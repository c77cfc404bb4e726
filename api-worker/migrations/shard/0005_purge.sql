-- What the minute's sweep looks for, over all workspaces: records by the moment they were deleted, sessions and
-- invitations by the moment they end. People are never removed.
CREATE INDEX lead_purge ON "lead" (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX account_purge ON "account" (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX contact_purge ON "contact" (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX deal_purge ON "deal" (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX deal_contact_purge ON "deal_contact" (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX product_purge ON "product" (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX competitor_purge ON "competitor" (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX deal_competitor_purge ON "deal_competitor" (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX touch_purge ON "touch" (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX task_purge ON "task" (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX team_purge ON "team" (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX rate_purge ON "rate" (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX saved_view_purge ON "saved_view" (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX session_expires ON session (expires_at);
CREATE INDEX invitation_expires ON invitation (expires_at);
