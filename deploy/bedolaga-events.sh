#!/bin/sh
# /usr/local/bin/bedolaga-events, for root: any command of the program as the server's user, with the
# server's settings. `bedolaga-events login`, `bedolaga-events backup FILE`. Names of files without a folder
# are below /var/lib/bedolaga-events: that user sees little else.
set -eu
settings=/etc/bedolaga-events
if [ -r "$settings/environment" ]; then
    set -a
    # shellcheck source=/dev/null
    . "$settings/environment"
    set +a
fi
export BEDOLAGA_EVENTS_CONFIG="$settings/config.toml"
cd /var/lib/bedolaga-events
exec runuser -u bedolaga-events -- /opt/bedolaga-events/current/bin/bedolaga-events "$@"
