-- The search decides by itself how it looks (0016); what ANALYZE would know of the words is never asked for. It took the words of thirty
-- thousand rows apart each time: half a second, every quarter of a minute in a busy inbox.
ALTER INDEX messages_by_words ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX contacts_by_words ALTER COLUMN 1 SET STATISTICS 0;
ALTER TABLE messages SET (fillfactor = 50);
