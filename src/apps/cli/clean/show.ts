import { cleanLine } from '../../../report/clean.ts';
import type { Sweep } from './sweep.ts';

/** What would be removed, what stays and why, and the rescue refs there are. */
export function sweepText(sweep: Sweep, empty: boolean): string {
  const lines: string[] = [];
  const section = (title: string, items: readonly string[]) => {
    if (items.length > 0) lines.push(title, ...items.map((item) => `  ${cleanLine(item)}`));
  };
  section(
    'Working trees to remove:',
    sweep.worktrees.map(({ path, work }) => (work === null ? path : `${path} (${work}: saved under a ref first)`)),
  );
  section(
    'Records of ended runs to remove:',
    sweep.records.map(({ id, outcome, request }) => `${id}  ${outcome}  ${cleanLine(request.text, 60)}`),
  );
  section(
    'Branches to remove:',
    sweep.branches.map(({ name }) => name.slice('refs/heads/'.length)),
  );
  section(
    'Rescue refs to remove:',
    sweep.refs.map(({ name, at }) => `${name}  ${at}`),
  );
  section(
    'Left as they are:',
    sweep.kept.map(({ what, why }) => `${what}: ${why}`),
  );
  const others = sweep.rescued.filter((ref) => !sweep.refs.includes(ref));
  section(
    'Rescue refs (work that was saved; `tercet clean --refs` removes old ones):',
    others.map(({ name, at }) => `${name}  ${at}`),
  );
  if (empty) lines.push('There is nothing to remove.');
  return lines.join('\n');
}

/** The one JSON object of `tercet clean --json`. */
export function forMachines(sweep: Sweep, rescued: readonly string[], removed: boolean) {
  return {
    removed,
    worktrees: sweep.worktrees,
    runs: sweep.records.map(({ id }) => id),
    branches: sweep.branches.map(({ name }) => name),
    refs: sweep.refs.map(({ name }) => name),
    kept: sweep.kept,
    rescued,
  };
}
