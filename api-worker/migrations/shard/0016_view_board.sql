-- What a saved view says of a board: the fields on its cards, separated by commas, and the field that makes its lanes.
ALTER TABLE saved_view ADD COLUMN card TEXT;
ALTER TABLE saved_view ADD COLUMN lanes TEXT;
