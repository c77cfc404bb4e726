-- Photos and documents of touches and of what they are about.
ALTER TABLE lead ADD COLUMN files TEXT;
ALTER TABLE account ADD COLUMN files TEXT;
ALTER TABLE contact ADD COLUMN files TEXT;
ALTER TABLE deal ADD COLUMN files TEXT;
ALTER TABLE touch ADD COLUMN files TEXT;
