import { openSync, readdirSync, readFileSync } from 'node:fs';

/** O_CLOEXEC in a descriptor's flags, octal, as /proc shows them. */
const CLOSED_ON_EXEC = 0o2000000;

type Slot = 'ignore' | 'pipe' | number;

let known: { descriptors: readonly number[]; nothing: number } | undefined;

/**
 * `stdio` for a child that gets nothing else of this process. What Node opens is closed in a child by itself; a
 * descriptor that this process was started with (a file of the shell, say) would be handed on, so /dev/null takes its place.
 */
export function withoutInherited(stdio: readonly Slot[]): Slot[] {
  known ??= { descriptors: inherited(), nothing: openSync('/dev/null', 'r') };
  const { descriptors, nothing } = known;
  const slots = [...stdio];
  for (const descriptor of descriptors) {
    if (descriptor < stdio.length) continue;
    // 'ignore' leaves a descriptor as it is from the fourth on.
    while (slots.length < descriptor) slots.push('ignore');
    slots[descriptor] = nothing;
  }
  return slots;
}

function inherited(): number[] {
  try {
    return readdirSync('/proc/self/fd')
      .map(Number)
      .toSorted((a, b) => a - b)
      .filter((descriptor) => !closes(descriptor));
  } catch {
    return [];
  }
}

function closes(descriptor: number): boolean {
  try {
    const flags = /^flags:\s+([0-7]+)/mu.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1] ?? '0';
    return (Number.parseInt(flags, 8) & CLOSED_ON_EXEC) !== 0;
  } catch {
    // The one this list itself was read through.
    return true;
  }
}
