/**
 * The shell around a program: `sh -c WATCHED sh <mark> <program> <arguments…>`, started as the leader of a group.
 * Whoever holds the other end of descriptor 3 keeps it alive: when that is closed, by Tercet or by Tercet's own end
 * (SIGKILL included), everything the program started is killed, also what left its group: found by the mark in its
 * environment (Linux), and as descendants (anywhere). The same is done after the program has ended by itself.
 */
export const WATCHED = `
mark=$1
shift
exec 4<&0
sweep() {
  marked=$(grep -lsaF "TERCET_TURN=$mark" /proc/[0-9]*/environ 2>/dev/null)
  below=$(ps -A -o pid= -o ppid= 2>/dev/null | awk -v root="$pid" '
    { up[$1] = $2 }
    END { for (one in up) { at = one; for (n = 0; n < 64 && (at in up); n++) { if (at == root) { print one; break } at = up[at] } } }')
  for one in $marked; do one=\${one#/proc/}; kill -KILL "\${one%/environ}" 2>/dev/null; done
  for one in $below; do kill -KILL "$one" 2>/dev/null; done
}
TERCET_TURN=$mark "$@" <&4 3<&- 4<&- &
pid=$!
exec 4<&-
( read -r _ <&3; sweep; sweep; kill -KILL 0 ) >/dev/null 2>&1 </dev/null &
wait "$pid"
code=$?
sweep 2>/dev/null
exit "$code"
`;
