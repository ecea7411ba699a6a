-- In a conversation in which every message that waits was told to wait for another one, nobody is left to give them their turn: so it was where
-- one was put back while another came that goes before it. All of them may be looked at again; the next claim puts them in order.
ALTER TABLE outbox NO FORCE ROW LEVEL SECURITY;
UPDATE outbox o
   SET waits = NULL
 WHERE o.waits = 'turn'
   AND NOT EXISTS (SELECT FROM outbox f
                    WHERE f.tenant_id = o.tenant_id AND f.conversation_id = o.conversation_id AND f.waits IS DISTINCT FROM 'turn');
ALTER TABLE outbox FORCE ROW LEVEL SECURITY;
