-- Keys that texts of a record sort by, as JSON by field: only of texts that are not all ASCII, which sort by their letters.
ALTER TABLE "lead" ADD COLUMN sort_keys TEXT;
ALTER TABLE "account" ADD COLUMN sort_keys TEXT;
ALTER TABLE "contact" ADD COLUMN sort_keys TEXT;
ALTER TABLE "deal" ADD COLUMN sort_keys TEXT;
ALTER TABLE "deal_contact" ADD COLUMN sort_keys TEXT;
ALTER TABLE "product" ADD COLUMN sort_keys TEXT;
ALTER TABLE "competitor" ADD COLUMN sort_keys TEXT;
ALTER TABLE "deal_competitor" ADD COLUMN sort_keys TEXT;
ALTER TABLE "touch" ADD COLUMN sort_keys TEXT;
ALTER TABLE "task" ADD COLUMN sort_keys TEXT;
ALTER TABLE "user" ADD COLUMN sort_keys TEXT;
ALTER TABLE "team" ADD COLUMN sort_keys TEXT;
ALTER TABLE "rate" ADD COLUMN sort_keys TEXT;
ALTER TABLE "saved_view" ADD COLUMN sort_keys TEXT;

-- Records from before get theirs with the next making of the search index, which the Worker's minute goes on with;
-- search finds everything meanwhile.
UPDATE workspace SET search_from = '' WHERE search_from IS NULL;
