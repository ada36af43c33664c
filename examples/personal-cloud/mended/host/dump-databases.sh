#!/bin/bash
# Each database, by the container that has it. What fails is told, and the old dump stays.
set -euo pipefail
target=/media/mainpool/dumps
failed=0
dump() { # container, user, database
  if docker exec "$1" pg_dump -U "$2" -Fc "$3" > "$target/$3.dump.new"; then
    mv "$target/$3.dump.new" "$target/$3.dump"
  else
    failed=$((failed + 1))
  fi
}
dump db-nextcloud nextcloud nextcloud
dump immich-postgres immich immich
dump paperless-db paperless paperless
dump joplin-db joplin joplin
dump linkwarden-db linkwarden linkwarden
dump calcom-db calcom calcom
exit "$failed"
