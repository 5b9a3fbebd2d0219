import { randomBytes } from 'node:crypto';

/** Sortable by time, short enough to type: `20261122-130501-3fa9`. */
export function newRunId(now: Date = new Date()): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${stamp}-${randomBytes(2).toString('hex')}`;
}

/** `tercet/<words of the request>-<end of the run id>`: readable, and free of what git or a shell would misread. */
export function branchName(request: string, run: string): string {
  const words = request
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return `tercet/${words === '' ? 'run' : words}-${run.slice(-4)}`;
}
