#!/bin/sh
# Deliver a signed sample webhook, as Meta would. usage: META_APP_SECRET=... replay-webhook.sh PHONE_NUMBER_ID [FROM] [TEXT]
set -eu
: "${META_APP_SECRET:?set META_APP_SECRET to the secret in .env}"
number=${1:?usage: replay-webhook.sh PHONE_NUMBER_ID [FROM] [TEXT]}
from=${2:-34611000001}
text=${3:-Hola desde un webhook de ejemplo}
now=$(date +%s)
body=$(printf '{"object":"whatsapp_business_account","entry":[{"id":"200000000000001","changes":[{"field":"messages","value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"34600000001","phone_number_id":"%s"},"contacts":[{"profile":{"name":"Ejemplo"},"wa_id":"%s"}],"messages":[{"from":"%s","id":"wamid.EXAMPLE%s","timestamp":"%s","type":"text","text":{"body":"%s"}}]}}]}]}' \
  "$number" "$from" "$from" "$now" "$now" "$text")
signature=$(printf '%s' "$body" | openssl dgst -sha256 -hmac "$META_APP_SECRET" | sed 's/^.* //')
printf '%s' "$body" | curl -sS --fail-with-body -X POST "${CURBE_URL:-http://127.0.0.1:8080}/webhooks/meta/whatsapp" \
  -H 'Content-Type: application/json' -H "X-Hub-Signature-256: sha256=$signature" --data-binary @-
echo
