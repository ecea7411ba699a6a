-- Whoever writes says again how they are called, and that moves a time in their row. With room in its page the new version needs no entry in
-- any index: above all none of the words of their name and the ends of their phone (docs/explanation/performance.md).
ALTER TABLE contacts SET (fillfactor = 80);
