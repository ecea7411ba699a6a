#!/bin/sh
# Send a text and wait for Meta's answer. usage: CURBE_KEY=... TENANT=... send.sh +34600111222 "Hola"
set -eu
: "${CURBE_KEY:?set CURBE_KEY to an API key}" "${TENANT:?set TENANT to the id of the tenant}"
curl -sS --fail-with-body -X POST "${CURBE_URL:-http://127.0.0.1:8080}/api/tenants/$TENANT/whatsapp/messages/send" \
  -H "Authorization: Bearer $CURBE_KEY" -H 'Content-Type: application/json' \
  -H "Idempotency-Key: example-$(date +%s)-$$" -H 'Prefer: wait=5' \
  -d "$(printf '{"to": "%s", "text": "%s"}' "${1:?usage: send.sh +34600111222 TEXT}" "${2:?text}")"
echo
