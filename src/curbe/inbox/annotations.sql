-- Notes of colleagues and lines that tell who did what.

-- name: insert_annotations
INSERT INTO annotations (tenant_id, id, conversation_id, kind, author, body, activity, created_at)
SELECT u.tenant_id, u.id, u.conversation_id, u.kind::annotation_kind, u.author, u.body, u.activity, u.created_at
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :conversation_ids::uuid[], :kinds::text[], :authors::text[], :bodies::text[],
              :activities::jsonb[], :created_ats::timestamptz[])
       AS u (tenant_id, id, conversation_id, kind, author, body, activity, created_at)
