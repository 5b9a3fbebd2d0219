import type { ChangedFile, SensitiveFile } from '../contract/change.ts';
import { shorten, stripHidden } from './hidden.ts';
import { foldPath } from './paths.ts';
import { isSensitive } from './sensitive.ts';

/** Texts of the two sides of a change, by path; null where there is none. */
export interface BothSides {
  before(path: string): string | null;
  after(path: string): string | null;
}

/** Scripts that npm and its kin run by themselves when the package is installed, packed or published. */
const UNASKED = new Set([
  'preinstall',
  'install',
  'postinstall',
  'preprepare',
  'prepare',
  'postprepare',
  'prepack',
  'postpack',
  'prepublish',
  'prepublishOnly',
  'dependencies',
]);

/** The files of a change whose text {@link sensitiveFiles} looks into. */
export function toLookInto(files: readonly ChangedFile[]): string[] {
  return files.flatMap((file) => [file.path, ...(file.from === null ? [] : [file.from])]).filter(isPackage);
}

/**
 * The files of a change that run code elsewhere or steer a tool: flagged, never forbidden. A file that was not there
 * before is `created`: a tool that found none so far will obey it from now on.
 */
export function sensitiveFiles(files: readonly ChangedFile[], texts: BothSides): SensitiveFile[] {
  return files.flatMap((file): SensitiveFile[] => {
    const here = isSensitive(file.path);
    const there = file.from === null ? null : isSensitive(file.from);
    const why = here ?? there;
    if (why === null) return [];
    const notes: string[] = [];
    if (file.status === 'deleted') notes.push('deleted');
    if (file.from !== null) notes.push(`was ${file.from}`);
    if (isPackage(file.path)) notes.push(...scriptNotes(texts.before(file.from ?? file.path), texts.after(file.path)));
    // What was moved to such a place is as new there as a file that was written.
    const created = file.status === 'added' || (file.from !== null && here !== null && there === null);
    return [{ path: file.path, why, created, note: notes.join('; ') }];
  });
}

/** One line about a file, for a reviewer or a report. Plain text; the path and the note are still untrusted. */
export function describeSensitive({ why, created, note }: SensitiveFile): string {
  return [why, ...(created ? ['there was none before'] : []), ...(note === '' ? [] : [note])].join('; ');
}

function isPackage(path: string): boolean {
  return /(^|\/)package\.json$/u.test(foldPath(path));
}

/** Which scripts came, went or changed, with those that run unasked said so. */
function scriptNotes(before: string | null, after: string | null): string[] {
  const [old, now] = [scriptsOf(before), scriptsOf(after)];
  if (old === null || now === null) return ['its scripts cannot be read'];
  const names = [...new Set([...old.keys(), ...now.keys()])].filter((name) => old.get(name) !== now.get(name)).sort();
  if (names.length === 0) return ['scripts unchanged'];
  const shown = names.slice(0, 12).map((name) => {
    const what = !old.has(name) ? 'added' : !now.has(name) ? 'removed' : 'changed';
    const unasked = UNASKED.has(name) && what !== 'removed' ? ', runs unasked' : '';
    return `${shorten(stripHidden(name), 60)} (${what}${unasked})`;
  });
  return [
    `scripts: ${shown.join(', ')}${names.length > shown.length ? ` and ${names.length - shown.length} more` : ''}`,
  ];
}

function scriptsOf(text: string | null): Map<string, string> | null {
  if (text === null) return new Map();
  try {
    const parsed = JSON.parse(text) as { scripts?: unknown } | null;
    const scripts = parsed?.scripts;
    if (typeof scripts !== 'object' || scripts === null) return new Map();
    return new Map(Object.entries(scripts).map(([name, script]) => [name, String(script)]));
  } catch {
    return null;
  }
}
