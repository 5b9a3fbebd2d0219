import type { SourceText } from '../../context/index.ts';
import { selectSources, symbolsOf } from '../../context/index.ts';
import type { LintIssue, Plan } from '../../contract/plan.ts';
import { lintPlan, type RepositoryFacts } from '../../handoff/lint-plan.ts';
import type { Repository, TreeEntry } from '../../ports/workspace.ts';
import type { RunContext } from '../run-context.ts';

/** The base commit as planning sees it: every path, and the texts worth ranking. Read once per run. */
export interface RepositoryView {
  entries: readonly TreeEntry[];
  paths: readonly string[];
  sources: SourceText[];
  /** Texts read so far, by path; null where there is no text. */
  texts: Map<string, string | null>;
}

/** Bounds of what is read for the map: beyond them the map gets slow, not better. */
const MAP_LIMITS = { files: 2000, bytes: 8 * 1024 * 1024 };

export async function viewRepository(ctx: RunContext): Promise<RepositoryView> {
  const entries = await ctx.repository.tree(ctx.request.base);
  const texts = await ctx.repository.read(ctx.request.base, selectSources(entries, ctx.request.text, MAP_LIMITS));
  const sources: SourceText[] = [];
  for (const [path, text] of texts) if (text !== null) sources.push({ path, text });
  return { entries, paths: entries.map((entry) => entry.path), sources, texts };
}

/** Lints a plan against the run's base commit. */
export async function lintHere(ctx: RunContext, view: RepositoryView, plan: Plan): Promise<LintIssue[]> {
  return lintPlan(plan, await factsFor(ctx.repository, ctx.request.base, view, plan));
}

/** Lints a plan against any commit, outside of a run. */
export async function lintAgainst(repository: Repository, base: string, plan: Plan): Promise<LintIssue[]> {
  const paths = (await repository.tree(base)).map((entry) => entry.path);
  return lintPlan(plan, await factsFor(repository, base, { paths, texts: new Map() }, plan));
}

/** What the lint checks a plan against; reads the files the plan names that have not been read. */
async function factsFor(
  repository: Repository,
  base: string,
  view: Pick<RepositoryView, 'paths' | 'texts'>,
  plan: Plan,
): Promise<RepositoryFacts> {
  const paths = new Set(view.paths);
  const named = plan.tasks.flatMap((task) => [
    ...task.files.map((file) => file.path),
    ...task.symbols.map((symbol) => symbol.path),
    ...task.read,
  ]);
  const unread = [...new Set([...named, 'package.json'])].filter((path) => paths.has(path) && !view.texts.has(path));
  for (const [path, text] of await repository.read(base, unread)) view.texts.set(path, text);
  const scripts = scriptsOf(view.texts.get('package.json') ?? null);
  return {
    paths,
    symbolsIn: (path) => {
      const text = view.texts.get(path);
      if (text === undefined || text === null) return null;
      const names = symbolsOf(path, text).map((symbol) => symbol.name);
      return names.length === 0 ? null : new Set(names);
    },
    commandExists: (command) => commandExists(command, scripts),
  };
}

/** npm's own lifecycle words, runnable without `run`; `start` falls back to server.js, so it cannot be told. */
const NPM_LIFECYCLE = new Set(['test', 't', 'stop', 'restart']);

function commandExists(command: string, scripts: ReadonlySet<string> | null): boolean | null {
  const words = command.trim().split(/\s+/);
  if (!['npm', 'pnpm', 'yarn'].includes(words[0] ?? '')) return null;
  const [, verb = '', name = ''] = words;
  const script =
    verb === 'run' || verb === 'run-script' ? name : NPM_LIFECYCLE.has(verb) ? (verb === 't' ? 'test' : verb) : null;
  if (script === null || script.startsWith('-')) return null;
  // Without a package.json at the root, the script may belong to a workspace: unknown, not wrong.
  return scripts === null ? null : scripts.has(script);
}

function scriptsOf(packageJson: string | null): ReadonlySet<string> | null {
  if (packageJson === null) return null;
  try {
    const parsed: unknown = JSON.parse(packageJson);
    const scripts =
      typeof parsed === 'object' && parsed !== null ? (parsed as { scripts?: unknown }).scripts : undefined;
    return new Set(typeof scripts === 'object' && scripts !== null ? Object.keys(scripts) : []);
  } catch {
    return null;
  }
}
