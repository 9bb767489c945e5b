#!/usr/bin/env bash
# Everything that it takes to start the service, on Debian 12. May be run again: what is there is kept.
set -euo pipefail
cd "$(dirname "$0")"

./run build  # installs what is missing first
[ -e .env ] || cp .env.example .env
mkdir -p tmp/uploads
cat <<'END'

Ready. The settings are in .env, videos to be named by video_path go into tmp/uploads.
    ./run serve                          # starts the service: http://127.0.0.1:5000
    build/syncnet models fetch           # the published SyncNet weights, if you want those: asks about their licence
END
