-- Somebody erased out of campaigns: the figures stay as they are.

-- name: skip_erased
-- At once: who waits is written to no more, though the rest of their row goes later.
UPDATE campaign_recipients r
   SET state = 'skipped', skip_reason = 'recipient_unreachable', skip_detail = NULL
  FROM (SELECT o.campaign_id, o.n
          FROM campaigns k
          JOIN campaign_recipients o ON o.tenant_id = k.tenant_id AND o.campaign_id = k.id AND o.phone = ANY(:phones::text[])
         WHERE k.tenant_id = :tenant_id
         UNION
        SELECT o.campaign_id, o.n
          FROM campaigns k
          JOIN campaign_recipients o ON o.tenant_id = k.tenant_id AND o.campaign_id = k.id AND o.contact_id = ANY(:contact_ids::uuid[])
         WHERE k.tenant_id = :tenant_id) AS mine
 WHERE r.tenant_id = :tenant_id AND r.campaign_id = mine.campaign_id AND r.n = mine.n AND r.state = 'waiting'

-- name: hold_audiences
-- To what has not begun somebody may be adding people at this moment: who waits here sees them. Nor does it begin meanwhile, and let go of
-- its files.
SELECT k.id FROM campaigns k
 WHERE k.tenant_id = :tenant_id AND k.state IN ('draft', 'ready', 'scheduled')
 ORDER BY k.id
   FOR SHARE OF k

-- name: erase_recipients
-- Nobody's number begins with 0. Who waits is written to no more; of who was, what became of their message stays. What was on its
-- way meanwhile is found once more by its message, when it has become something else.
UPDATE campaign_recipients r
   SET phone = lpad(r.n::text, 18, '0'), contact_id = NULL, variables = '{}', skip_detail = NULL,
       state = CASE r.state WHEN 'waiting' THEN 'skipped' ELSE r.state END,
       skip_reason = CASE r.state WHEN 'waiting' THEN 'recipient_unreachable' ELSE r.skip_reason END,
       became = (SELECT CASE WHEN m.status = 'failed' AND m.failure_kind = 'cancelled' THEN 'cancelled' ELSE m.status::text END
                   FROM messages m WHERE m.tenant_id = r.tenant_id AND m.id = r.message_id)
  FROM (SELECT o.campaign_id, o.n
          FROM campaigns k
          JOIN campaign_recipients o ON o.tenant_id = k.tenant_id AND o.campaign_id = k.id AND o.phone = ANY(:phones::text[])
         WHERE k.tenant_id = :tenant_id
         UNION
        SELECT o.campaign_id, o.n
          FROM campaigns k
          JOIN campaign_recipients o ON o.tenant_id = k.tenant_id AND o.campaign_id = k.id AND o.contact_id = ANY(:contact_ids::uuid[])
         WHERE k.tenant_id = :tenant_id
         UNION
        SELECT o.campaign_id, o.n
          FROM messages m
          JOIN campaign_recipients o ON o.tenant_id = m.tenant_id AND o.message_id = m.id
           AND o.became IS DISTINCT FROM CASE WHEN m.status = 'failed' AND m.failure_kind = 'cancelled' THEN 'cancelled'
                                              ELSE m.status::text END
         WHERE m.tenant_id = :tenant_id AND m.conversation_id = ANY(:conversation_ids::uuid[])) AS mine
 WHERE r.tenant_id = :tenant_id AND r.campaign_id = mine.campaign_id AND r.n = mine.n
RETURNING r.audience_id AS id

-- name: forget_files
-- A file that named them is not read again; nor is one that nobody has told the columns of, as nobody can say whom it names.
UPDATE campaign_audiences a SET content = NULL
 WHERE a.tenant_id = :tenant_id AND a.content IS NOT NULL
   AND (a.id = ANY(:ids::uuid[]) OR (a.kind = 'file' AND a.mapping IS NULL))

-- name: erase_faults
-- Rows that were left out and hold their number in whatever spelling; the counts of their audience stay.
DELETE FROM campaign_faults f
 WHERE f.tenant_id = :tenant_id
   AND (f.phone = ANY(:phones::text[]) OR tells_of(f.cells::text, :names, :at_home))
RETURNING f.audience_id AS id

-- name: campaigns_to_person
-- Theirs and those of whoever turned out to be them; who waits may be known by phone alone.
WITH RECURSIVE same (id) AS (
    SELECT c.id FROM contacts c WHERE c.tenant_id = :tenant_id AND c.id = :contact_id
    UNION
    SELECT g.id FROM same JOIN contacts g ON g.tenant_id = :tenant_id AND g.merged_into = same.id
), mine AS (
    SELECT o.campaign_id, o.n
      FROM same
      JOIN campaigns k ON k.tenant_id = :tenant_id
      JOIN campaign_recipients o ON o.tenant_id = k.tenant_id AND o.campaign_id = k.id AND o.contact_id = same.id
     UNION
    SELECT o.campaign_id, o.n
      FROM same
      JOIN contact_aliases a ON a.tenant_id = :tenant_id AND a.contact_id = same.id AND a.kind = 'phone'
      JOIN campaigns k ON k.tenant_id = a.tenant_id
      JOIN campaign_recipients o ON o.tenant_id = k.tenant_id AND o.campaign_id = k.id AND o.phone = a.value AND o.contact_id IS NULL
)
SELECT k.id, k.name, r.phone, r.variables::text AS variables, r.state::text AS state, r.skip_reason, r.message_id, r.taken_at
  FROM mine
  JOIN campaign_recipients r ON r.tenant_id = :tenant_id AND r.campaign_id = mine.campaign_id AND r.n = mine.n
  JOIN campaigns k ON k.tenant_id = r.tenant_id AND k.id = r.campaign_id AND k.deleted_at IS NULL
 ORDER BY k.id, r.n
