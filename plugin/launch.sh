#!/bin/sh
# Finds tercet and becomes it: the one this plugin came with, where that is here and built, else the one on the PATH.
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
command=$1
event=$2
if [ -f "$here/../bin/tercet.js" ] && [ -f "$here/../dist/cli.js" ] && command -v node >/dev/null 2>&1; then
  set -- node "$here/../bin/tercet.js" "$@"
elif command -v tercet >/dev/null 2>&1; then
  set -- tercet "$@"
else
  missing='tercet was not found. Put the command tercet on the PATH of Claude Code; until then its tools and its review are off.'
  if [ "$command" != hook ]; then
    printf '%s\n' "$missing" >&2
    exit 127
  fi
  # A hook says it once, at the start.
  if [ "$event" = session-start ]; then printf '{"systemMessage":"%s"}\n' "$missing"; fi
  exit 0
fi
if [ "$command" != hook ]; then exec "$@"; fi
# Exit code 2 would hold the host: an older tercet, or an older Node, must not.
"$@" || exit 0
