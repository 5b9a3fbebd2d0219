import { ChangeRequest } from '../contract/plan.ts';
import { isFence } from './prose.ts';

type Request = Omit<ChangeRequest, 'task'>;
const KINDS = ChangeRequest.shape.kind;
const HEAD = 'CHANGE REQUEST:';

export type ChangeRequestBlock = { next: number; request: Request } | { next: number; why: string };

/** Whether a line opens a change request. Bold and heading signs around it do not count. */
export function opensChangeRequest(line: string): boolean {
  return plain(line).startsWith(HEAD);
}

/**
 * `CHANGE REQUEST: kind`, then `PATHS: a, b` (optional), then `REASON: …` up to a blank line, a fence or the end.
 * `next` is the first line after it.
 */
export function parseChangeRequest(lines: readonly string[], at: number): ChangeRequestBlock {
  const kind = KINDS.safeParse(
    plain(lines[at] ?? '')
      .slice(HEAD.length)
      .trim()
      .toLowerCase(),
  );
  let next = at + 1;
  let paths: string[] = [];
  const skipBlank = () => {
    while (next < lines.length && (lines[next] ?? '').trim() === '') next += 1;
  };
  skipBlank();
  if (plain(lines[next] ?? '').startsWith('PATHS:')) {
    const list = plain(lines[next] ?? '').slice('PATHS:'.length);
    paths = list
      .split(',')
      .map(bare)
      .filter((path) => path !== '');
    next += 1;
    skipBlank();
  }
  if (!plain(lines[next] ?? '').startsWith('REASON:')) {
    return { next, why: 'it has no REASON: line' };
  }
  const reason = [plain(lines[next] ?? '').slice('REASON:'.length)];
  for (next += 1; next < lines.length; next += 1) {
    const line = lines[next] ?? '';
    if (line.trim() === '' || isFence(line)) break;
    reason.push(line);
  }
  const text = reason
    .map((line) => line.trim())
    .join('\n')
    .trim();
  if (!kind.success) return { next, why: `its kind must be one of ${KINDS.options.join(', ')}` };
  if (text === '') return { next, why: 'its REASON is empty' };
  return { next, request: { kind: kind.data, paths, reason: text } };
}

/** Without heading signs and bold, so that `**REASON:** x` reads as `REASON: x`. */
function plain(line: string): string {
  let text = line.trim();
  while (text.startsWith('#')) text = text.slice(1);
  text = text.trim();
  if (!text.startsWith('**')) return text;
  const close = text.indexOf('**', 2);
  return close < 0 ? text : `${text.slice(2, close)}${text.slice(close + 2)}`.trim();
}

function bare(path: string): string {
  const text = path.trim();
  return text.length > 1 && text.startsWith('`') && text.endsWith('`') ? text.slice(1, -1).trim() : text;
}
