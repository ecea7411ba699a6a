#!/bin/sh
# Read the inbox. usage: CURBE_KEY=... TENANT=... inbox.sh [CONVERSATION_ID]
set -eu
: "${CURBE_KEY:?set CURBE_KEY to an API key}" "${TENANT:?set TENANT to the id of the tenant}"
path="/api/tenants/$TENANT/inbox/conversations?channel=whatsapp"
[ $# -eq 0 ] || path="/api/tenants/$TENANT/inbox/conversations/$1/messages"
curl -sS --fail-with-body "${CURBE_URL:-http://127.0.0.1:8080}$path" -H "Authorization: Bearer $CURBE_KEY"
echo
