#!/bin/sh
# Finds tercet and becomes it: the one this plugin came with, where that is here and built, else the one on the PATH.
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
if [ -f "$here/../bin/tercet.js" ] && [ -f "$here/../dist/cli.js" ] && command -v node >/dev/null 2>&1; then
  exec node "$here/../bin/tercet.js" "$@"
fi
if command -v tercet >/dev/null 2>&1; then
  exec tercet "$@"
fi
missing='tercet was not found. Install it so that the command tercet is on the PATH of Claude Code; until then its tools and its review are off.'
# A hook must not disturb the session: it says so once, at the start.
if [ "$1" = hook ]; then
  [ "$2" = session-start ] && printf '{"systemMessage":"%s"}\n' "$missing"
  exit 0
fi
printf '%s\n' "$missing" >&2
exit 127
