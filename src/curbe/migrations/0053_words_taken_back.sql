-- A note that is taken back loses its words wherever they stand, the log of events included.

-- In the order in which whoever writes a line takes them: one that is under way is waited for, and none begins.
LOCK TABLE annotations, events IN ACCESS EXCLUSIVE MODE;

-- The one change that a row of the log may see. Its place and its type stay, so every reader's cursor stays right.
GRANT UPDATE (data) ON events TO app_web;

-- Found by the conversation it was written in; of their kinds only, as all others are many.
CREATE INDEX events_of_notes ON events (tenant_id, conversation_id) WHERE type IN ('annotation_added', 'mention');

-- The notes that were taken back before.
ALTER TABLE events NO FORCE ROW LEVEL SECURITY;
ALTER TABLE annotations NO FORCE ROW LEVEL SECURITY;
UPDATE events e
   SET data = CASE e.type WHEN 'mention' THEN e.data #- '{annotation,body}' ELSE e.data - 'body' END
  FROM annotations a
 WHERE a.deleted_at IS NOT NULL
   AND e.tenant_id = a.tenant_id AND e.conversation_id = a.conversation_id AND e.type IN ('annotation_added', 'mention')
   AND coalesce(e.data #>> '{annotation,id}', e.data ->> 'id') = a.id::text;
ALTER TABLE annotations FORCE ROW LEVEL SECURITY;
ALTER TABLE events FORCE ROW LEVEL SECURITY;
