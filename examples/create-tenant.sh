#!/bin/sh
# Make a tenant. usage: CURBE_KEY=... create-tenant.sh NAME
set -eu
: "${CURBE_KEY:?set CURBE_KEY to the platform key that curbe init printed}"
curl -sS --fail-with-body -X POST "${CURBE_URL:-http://127.0.0.1:8080}/api/tenants" \
  -H "Authorization: Bearer $CURBE_KEY" -H 'Content-Type: application/json' \
  -d "$(printf '{"name": "%s"}' "${1:?usage: create-tenant.sh NAME}")"
echo
