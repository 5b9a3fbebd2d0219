import { createHash } from 'node:crypto';
import type { RepositoryConfig } from '../contract/config.ts';
import type { AskedKind, AskedSetting } from '../contract/trust.ts';

/**
 * What a repository may say unasked: at these values a setting can only make a run cheaper or stricter, whatever the
 * person's own file says. Everything else, also what a later version adds, needs trust. docs/trust.md explains each.
 */
const HARMLESS: Readonly<Record<string, (value: AskedSetting['value']) => boolean>> = {
  // A repository's budget is taken only where it is lower than the person's (see mergeSettings).
  budget: () => true,
  planning: (value) => value === 'always',
  'review.lineage': (value) => value === 'require',
  servedModel: (value) => value === 'require',
  sandbox: (value) => value === 'require',
};

/** First match wins; what matches nothing is a limit. */
const KINDS: readonly (readonly [AskedKind, RegExp])[] = [
  ['command', /^checks(\.|$)/],
  ['model', /^trio$|^roles\.[^.]+\.(model|stronger)$/],
  ['text', /^conventions(\.|$)/],
  ['gate', /^(review\.|servedModel$|planning$|sandbox(\.|$))/],
];

/** The settings of a repository's file that need trust, by key. Empty when it asks for nothing of the kind. */
export function askedSettings(config: RepositoryConfig): AskedSetting[] {
  return leavesOf(config)
    .filter(([path, value]) => !isHarmless(path, value))
    .map(([path, value]) => ({ key: path.join('.'), value, kind: kindOf(path.join('.')) }))
    .sort((a, b) => (a.key === b.key ? 0 : naturally(a.key, b.key)));
}

/** What of a repository's file takes effect without trust. */
export function harmlessPart(config: RepositoryConfig): RepositoryConfig {
  const kept: Record<string, unknown> = {};
  for (const [path, value] of leavesOf(config)) {
    if (!isHarmless(path, value)) continue;
    let place = kept;
    for (const name of path.slice(0, -1)) {
      place[name] ??= {};
      place = place[name] as Record<string, unknown>;
    }
    place[path.at(-1) ?? ''] = value;
  }
  return kept;
}

/** Names exactly these settings: another value, key or order gives another digest; comments and layout do not count. */
export function digestOfAsked(settings: readonly AskedSetting[]): string {
  return createHash('sha256')
    .update(JSON.stringify(settings.map(({ key, value }) => [key, value])))
    .digest('hex');
}

type Leaf = [path: string[], value: AskedSetting['value']];

function leavesOf(value: unknown, path: string[] = []): Leaf[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) {
    // An empty list is a setting too: it takes away what the person's own file has.
    if (value.length === 0) return [[path, null]];
    return value.flatMap((entry, index) => leavesOf(entry, [...path, String(index + 1)]));
  }
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, part]) => leavesOf(part, [...path, name]));
  return [[path, value as AskedSetting['value']]];
}

function isHarmless(path: readonly string[], value: AskedSetting['value']): boolean {
  const key = path.join('.');
  // A repository's caps, of whatever unit, are taken only where they are lower than the person's, or the person has none.
  if (path[0] === 'budgets') return true;
  return Object.hasOwn(HARMLESS, key) && HARMLESS[key]?.(value) === true;
}

function kindOf(key: string): AskedKind {
  return KINDS.find(([, pattern]) => pattern.test(key))?.[0] ?? 'limit';
}

/** `checks.2` before `checks.10`; by code units otherwise, so that every machine sorts alike. */
function naturally(a: string, b: string): number {
  const left = a.split('.');
  const right = b.split('.');
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (part === other) continue;
    if (/^\d+$/.test(part) && /^\d+$/.test(other)) return Number(part) - Number(other);
    return part < other ? -1 : 1;
  }
  return -1;
}
