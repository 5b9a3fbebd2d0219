import type { SourceText } from './corpus.ts';

const SCRIPTS = /^(?:test|check|lint|types?|typecheck|type-check|build|format)(?:[:-][\w-]+)?$/;
const TARGETS = /^(test|check|lint|build|format|typecheck)\s*:(?!=)/gm;
const IN_README =
  /^\s*(?:\$ )?((?:npm (?:test|run [\w:-]+)|yarn \w+|pnpm \w+|pytest|tox|make \w+|cargo test|go test|bundle exec \w+|composer \w+)[^\n#`]{0,40})$/gm;
const MAX_COMMANDS = 6;

/** The project's own commands, by its manifests at the root; those of its README when no manifest tells any. */
export function commandsOf(sources: readonly SourceText[]): string[] {
  const commands: string[] = [];
  const at = (path: string): string | undefined => sources.find((source) => source.path === path)?.text;
  for (const name of scriptsOf(at('package.json'))) commands.push(name === 'test' ? 'npm test' : `npm run ${name}`);
  const python = `${at('pyproject.toml') ?? ''}\n${at('setup.cfg') ?? ''}\n${at('tox.ini') ?? ''}`;
  if (/\[(?:tool[.:])?pytest|\bpytest\b/.test(python)) commands.push('pytest');
  if (/\[tool\.ruff/.test(python)) commands.push('ruff check');
  if (/\[tool\.mypy|\[mypy\]/.test(python)) commands.push('mypy .');
  if (at('go.mod') !== undefined) commands.push('go test ./...');
  if (at('Cargo.toml') !== undefined) commands.push('cargo test');
  for (const [, target] of (at('Makefile') ?? '').matchAll(TARGETS)) commands.push(`make ${target}`);
  if (commands.length === 0) {
    for (const [, line] of (at('README.md') ?? '').slice(0, 50_000).matchAll(IN_README))
      commands.push((line ?? '').trim());
  }
  return [...new Set(commands)].slice(0, MAX_COMMANDS);
}

function scriptsOf(manifest: string | undefined): string[] {
  if (manifest === undefined) return [];
  try {
    const parsed: unknown = JSON.parse(manifest);
    const scripts = typeof parsed === 'object' && parsed !== null && 'scripts' in parsed ? parsed.scripts : null;
    if (typeof scripts !== 'object' || scripts === null) return [];
    const names = Object.keys(scripts).filter((name) => SCRIPTS.test(name));
    return names.sort((a, b) => Number(b === 'test') - Number(a === 'test')).slice(0, MAX_COMMANDS);
  } catch {
    // A manifest that is not JSON tells nothing; the plan's lint will say so where it matters.
    return [];
  }
}
