-- Saved views that are shared with chosen teams: their ids, separated by commas.
ALTER TABLE saved_view ADD COLUMN teams TEXT;
