-- Reset links by the moment they end, for the minute's sweep.
CREATE INDEX reset_expires ON reset (expires_at);
