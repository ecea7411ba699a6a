-- Lists of conversations and how many there are in each. Pages come in two steps: which (from an index alone, in order), then what each
-- looks like. Of each state wanted (and each priority) the first ones are taken from an index, then those are put in order: so a page
-- costs what it shows, whatever is filtered by. Filters that are NULL fall away when the statement is planned (infra/db.py plans each
-- anew), which leaves the conditions that the indexes are about. A conversation without any message has no place in a list.

-- name: conversations_latest
SELECT p.id, p.last_message_at
  FROM unnest(:state_codes::smallint[]) AS s (code)
 CROSS JOIN LATERAL (
       SELECT c.id, c.last_message_at
         FROM conversations c
        WHERE c.tenant_id = :tenant_id AND c.state_code = s.code
          AND (c.last_message_at, c.id) < (:from_at::timestamptz, :from_id::uuid)
          AND (:holder_id::uuid IS NULL OR c.holder_id = :holder_id::uuid)
          AND (:team_id::uuid IS NULL OR c.team_id = :team_id::uuid)
          AND (:connection_id::uuid IS NULL OR c.channel_connection_id = :connection_id::uuid)
          AND (:priority_codes::smallint[] IS NULL OR c.priority = ANY(:priority_codes::smallint[]))
          AND (NOT :unread_only::boolean OR c.unread_count > 0)
        ORDER BY c.last_message_at DESC, c.id DESC
        LIMIT :most::integer) p
 ORDER BY p.last_message_at DESC, p.id DESC
 LIMIT :most::integer

-- name: conversations_oldest
SELECT p.id, p.last_message_at
  FROM unnest(:state_codes::smallint[]) AS s (code)
 CROSS JOIN LATERAL (
       SELECT c.id, c.last_message_at
         FROM conversations c
        WHERE c.tenant_id = :tenant_id AND c.state_code = s.code
          AND (c.last_message_at, c.id) > (:from_at::timestamptz, :from_id::uuid)
          AND (:holder_id::uuid IS NULL OR c.holder_id = :holder_id::uuid)
          AND (:team_id::uuid IS NULL OR c.team_id = :team_id::uuid)
          AND (:connection_id::uuid IS NULL OR c.channel_connection_id = :connection_id::uuid)
          AND (:priority_codes::smallint[] IS NULL OR c.priority = ANY(:priority_codes::smallint[]))
          AND (NOT :unread_only::boolean OR c.unread_count > 0)
        ORDER BY c.last_message_at, c.id
        LIMIT :most::integer) p
 ORDER BY p.last_message_at, p.id
 LIMIT :most::integer

-- name: labelled_latest
-- Those with a label, and with all of the further ones.
SELECT p.id, p.last_message_at
  FROM unnest(:state_codes::smallint[]) AS s (code)
 CROSS JOIN LATERAL (
       SELECT c.id, l.last_message_at
         FROM conversation_labels l
         JOIN conversations c ON c.tenant_id = :tenant_id AND c.id = l.conversation_id
        WHERE l.tenant_id = :tenant_id AND l.label_id = :label_id AND l.state_code = s.code AND l.last_message_at IS NOT NULL
          AND (l.last_message_at, l.conversation_id) < (:from_at::timestamptz, :from_id::uuid)
          AND (cardinality(:further_label_ids::uuid[]) = 0
               OR cardinality(:further_label_ids::uuid[]) = (
                  SELECT count(*) FROM conversation_labels x
                   WHERE x.tenant_id = :tenant_id AND x.conversation_id = l.conversation_id
                     AND x.label_id = ANY(:further_label_ids::uuid[])))
          AND (:holder_id::uuid IS NULL OR c.holder_id = :holder_id::uuid)
          AND (:team_id::uuid IS NULL OR c.team_id = :team_id::uuid)
          AND (:connection_id::uuid IS NULL OR c.channel_connection_id = :connection_id::uuid)
          AND (:priority_codes::smallint[] IS NULL OR c.priority = ANY(:priority_codes::smallint[]))
          AND (NOT :unread_only::boolean OR c.unread_count > 0)
        ORDER BY l.last_message_at DESC, l.conversation_id DESC
        LIMIT :most::integer) p
 ORDER BY p.last_message_at DESC, p.id DESC
 LIMIT :most::integer

-- name: labelled_oldest
SELECT p.id, p.last_message_at
  FROM unnest(:state_codes::smallint[]) AS s (code)
 CROSS JOIN LATERAL (
       SELECT c.id, l.last_message_at
         FROM conversation_labels l
         JOIN conversations c ON c.tenant_id = :tenant_id AND c.id = l.conversation_id
        WHERE l.tenant_id = :tenant_id AND l.label_id = :label_id AND l.state_code = s.code AND l.last_message_at IS NOT NULL
          AND (l.last_message_at, l.conversation_id) > (:from_at::timestamptz, :from_id::uuid)
          AND (cardinality(:further_label_ids::uuid[]) = 0
               OR cardinality(:further_label_ids::uuid[]) = (
                  SELECT count(*) FROM conversation_labels x
                   WHERE x.tenant_id = :tenant_id AND x.conversation_id = l.conversation_id
                     AND x.label_id = ANY(:further_label_ids::uuid[])))
          AND (:holder_id::uuid IS NULL OR c.holder_id = :holder_id::uuid)
          AND (:team_id::uuid IS NULL OR c.team_id = :team_id::uuid)
          AND (:connection_id::uuid IS NULL OR c.channel_connection_id = :connection_id::uuid)
          AND (:priority_codes::smallint[] IS NULL OR c.priority = ANY(:priority_codes::smallint[]))
          AND (NOT :unread_only::boolean OR c.unread_count > 0)
        ORDER BY l.last_message_at, l.conversation_id
        LIMIT :most::integer) p
 ORDER BY p.last_message_at, p.id
 LIMIT :most::integer

-- name: prioritised_latest
-- Those of some priorities, of which none is "none": each is a range of an index of its own, and of one more by who has them. Labels are
-- looked for there: they are named where a list is in the order of priorities, which begins with those.
SELECT p.id, p.last_message_at
  FROM unnest(:state_codes::smallint[]) AS s (code)
 CROSS JOIN unnest(:priority_codes::smallint[]) AS q (code)
 CROSS JOIN LATERAL (
       SELECT c.id, c.last_message_at
         FROM conversations c
        WHERE c.tenant_id = :tenant_id AND c.priority > 0 AND c.priority = q.code AND c.state_code = s.code
          AND (c.last_message_at, c.id) < (:from_at::timestamptz, :from_id::uuid)
          AND (:holder_id::uuid IS NULL OR c.holder_id = :holder_id::uuid)
          AND (:team_id::uuid IS NULL OR c.team_id = :team_id::uuid)
          AND (:connection_id::uuid IS NULL OR c.channel_connection_id = :connection_id::uuid)
          AND (NOT :unread_only::boolean OR c.unread_count > 0)
          AND (cardinality(:label_ids::uuid[]) = 0
               OR cardinality(:label_ids::uuid[]) = (
                  SELECT count(*) FROM conversation_labels x
                   WHERE x.tenant_id = :tenant_id AND x.conversation_id = c.id AND x.label_id = ANY(:label_ids::uuid[])))
        ORDER BY c.last_message_at DESC, c.id DESC
        LIMIT :most::integer) p
 ORDER BY p.last_message_at DESC, p.id DESC
 LIMIT :most::integer

-- name: prioritised_oldest
SELECT p.id, p.last_message_at
  FROM unnest(:state_codes::smallint[]) AS s (code)
 CROSS JOIN unnest(:priority_codes::smallint[]) AS q (code)
 CROSS JOIN LATERAL (
       SELECT c.id, c.last_message_at
         FROM conversations c
        WHERE c.tenant_id = :tenant_id AND c.priority > 0 AND c.priority = q.code AND c.state_code = s.code
          AND (c.last_message_at, c.id) > (:from_at::timestamptz, :from_id::uuid)
          AND (:holder_id::uuid IS NULL OR c.holder_id = :holder_id::uuid)
          AND (:team_id::uuid IS NULL OR c.team_id = :team_id::uuid)
          AND (:connection_id::uuid IS NULL OR c.channel_connection_id = :connection_id::uuid)
          AND (NOT :unread_only::boolean OR c.unread_count > 0)
        ORDER BY c.last_message_at, c.id
        LIMIT :most::integer) p
 ORDER BY p.last_message_at, p.id
 LIMIT :most::integer

-- name: count_conversations
-- Each counted until it is clear that there are at least so many.
SELECT (SELECT count(*) FROM (SELECT FROM conversations c
                               WHERE c.tenant_id = :tenant_id AND c.holder_id = :user_id::uuid
                                 AND c.state_code = ANY(:state_codes::smallint[]) AND c.last_message_at IS NOT NULL
                               LIMIT :most::integer) x)::integer AS mine,
       (SELECT count(*) FROM (SELECT FROM conversations c
                               WHERE c.tenant_id = :tenant_id AND c.holder_id = :nobody::uuid
                                 AND c.state_code = ANY(:state_codes::smallint[]) AND c.last_message_at IS NOT NULL
                               LIMIT :most::integer) x)::integer AS unassigned,
       (SELECT count(*) FROM (SELECT FROM conversations c
                               WHERE c.tenant_id = :tenant_id
                                 AND c.state_code = ANY(:state_codes::smallint[]) AND c.last_message_at IS NOT NULL
                               LIMIT :most::integer) x)::integer AS "all",
       (SELECT count(*) FROM (SELECT FROM conversations c
                               WHERE c.tenant_id = :tenant_id AND c.holder_id = :user_id::uuid AND c.unread_count > 0
                                 AND c.state_code = ANY(:state_codes::smallint[]) AND c.last_message_at IS NOT NULL
                               LIMIT :most::integer) x)::integer AS unread_mine,
       (SELECT count(*) FROM (SELECT FROM conversations c
                               WHERE c.tenant_id = :tenant_id AND c.holder_id = :nobody::uuid AND c.unread_count > 0
                                 AND c.state_code = ANY(:state_codes::smallint[]) AND c.last_message_at IS NOT NULL
                               LIMIT :most::integer) x)::integer AS unread_unassigned,
       (SELECT count(*) FROM (SELECT FROM conversations c
                               WHERE c.tenant_id = :tenant_id AND c.unread_count > 0
                                 AND c.state_code = ANY(:state_codes::smallint[]) AND c.last_message_at IS NOT NULL
                               LIMIT :most::integer) x)::integer AS unread_all
