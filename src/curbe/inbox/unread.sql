-- How many conversations are unread in each of several lists.

-- name: numbers_to_count
SELECT c.id FROM channel_connections c WHERE c.tenant_id = :tenant_id ORDER BY c.id

-- name: count_unread
-- Of each list a row for each state that it shows. Its unread conversations are read from the index that knows the fewest of them (a user's,
-- nobody's, a number's, or the state's), the latest first and `most` of them at most: that bounds what it costs, however many a tenant has.
-- Whose they are, and of which number, is a range and not an equality, so that the order begins with it and no index but that one has it: where
-- a whole installation has nobody who has any, the planner takes one for as good as the other, and would walk through what is of others.
-- What that index does not tell apart (a team, labels, priorities, which number a user's are of) is asked of those rows.
SELECT w.id, sum(y.found)::integer AS found, bool_or(y.walked >= w.most) AS cut
  FROM jsonb_to_recordset(:lists::jsonb)
       AS w (id uuid, state_code smallint, holder_id uuid, team_id uuid, connection_id uuid, label_ids uuid[], priority_codes smallint[],
             most integer)
 CROSS JOIN LATERAL (
       SELECT count(*) AS walked,
              count(*) FILTER (
                  WHERE (w.team_id IS NULL OR x.team_id = w.team_id)
                    AND (w.connection_id IS NULL OR x.channel_connection_id = w.connection_id)
                    AND (w.priority_codes IS NULL OR x.priority = ANY(w.priority_codes))
                    AND (cardinality(w.label_ids) = 0
                         OR cardinality(w.label_ids) = (
                            SELECT count(*) FROM conversation_labels l
                             WHERE l.tenant_id = :tenant_id AND l.conversation_id = x.id AND l.label_id = ANY(w.label_ids)))) AS found
         FROM ((SELECT c.id, c.team_id, c.channel_connection_id, c.priority
                  FROM conversations c
                 WHERE c.tenant_id = :tenant_id AND c.unread_count > 0 AND c.last_message_at IS NOT NULL AND w.holder_id IS NOT NULL
                   AND (c.holder_id, c.state_code) >= (w.holder_id, w.state_code)
                   AND (c.holder_id, c.state_code) <= (w.holder_id, w.state_code)
                 ORDER BY c.holder_id, c.state_code, c.last_message_at DESC, c.id DESC
                 LIMIT w.most)
               UNION ALL
               (SELECT c.id, c.team_id, c.channel_connection_id, c.priority
                  FROM conversations c
                 WHERE c.tenant_id = :tenant_id AND c.unread_count > 0 AND c.last_message_at IS NOT NULL
                   AND w.holder_id IS NULL AND w.connection_id IS NOT NULL
                   AND (c.channel_connection_id, c.state_code) >= (w.connection_id, w.state_code)
                   AND (c.channel_connection_id, c.state_code) <= (w.connection_id, w.state_code)
                 ORDER BY c.channel_connection_id, c.state_code, c.last_message_at DESC, c.id DESC
                 LIMIT w.most)
               UNION ALL
               (SELECT c.id, c.team_id, c.channel_connection_id, c.priority
                  FROM conversations c
                 WHERE c.tenant_id = :tenant_id AND c.unread_count > 0 AND c.last_message_at IS NOT NULL
                   AND w.holder_id IS NULL AND w.connection_id IS NULL AND c.state_code = w.state_code
                 ORDER BY c.last_message_at DESC, c.id DESC
                 LIMIT w.most)) x) y
 GROUP BY w.id
