#!/bin/sh
# Connect a number by hand. usage: CURBE_KEY=... TENANT=... connect.sh WABA_ID PHONE_NUMBER_ID ACCESS_TOKEN [COUNTRY]
set -eu
: "${CURBE_KEY:?set CURBE_KEY to an API key}" "${TENANT:?set TENANT to the id of the tenant}"
body=$(printf '{"waba_id": "%s", "phone_number_id": "%s", "access_token": "%s"' \
  "${1:?usage: connect.sh WABA_ID PHONE_NUMBER_ID ACCESS_TOKEN [COUNTRY]}" "${2:?phone_number_id}" "${3:?access token}")
[ $# -lt 4 ] || body="$body, \"country_id\": \"$4\""
# The token goes through standard input: an argument would be readable in the process list.
printf '%s}' "$body" | curl -sS --fail-with-body -X POST \
  "${CURBE_URL:-http://127.0.0.1:8080}/api/tenants/$TENANT/whatsapp/connect/complete" \
  -H "Authorization: Bearer $CURBE_KEY" -H 'Content-Type: application/json' --data-binary @-
echo
