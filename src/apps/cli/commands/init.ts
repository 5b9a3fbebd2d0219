import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openSession, repositoryRoot } from '../../../compose/compose.ts';
import { foldersOf } from '../../../compose/folders.ts';
import { parseRepositoryConfig, REPOSITORY_CONFIG, readConfig } from '../../../compose/read-config.ts';
import { proposeRoles, proposeTrio, type Survey, survey } from '../../../compose/survey.ts';
import { recordTrust } from '../../../compose/trust.ts';
import { TercetError } from '../../../contract/errors.ts';
import { cleanLine } from '../../../report/clean.ts';
import { schemaUrl } from '../../../report/schema-url.ts';
import { type CommonOptions, type Io, print, printJson } from '../io.ts';

/** `tercet init`: writes a commented tercet.yaml from what it finds. Never overwrites one. */
export async function init(io: Io, options: CommonOptions & { print?: boolean }): Promise<number> {
  const root = await repositoryRoot(io);
  const folders = foldersOf(io.env);
  const found = await survey((await readConfig(folders, null)).user, io.env);
  const text = configText(found, await testCommand(root));
  if (options.print === true) {
    print(io, text);
    return 0;
  }
  const file = path.join(root, REPOSITORY_CONFIG);
  await writeFile(file, text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST')
      throw new TercetError('usage', `${file} is there already; it is not overwritten.`, {
        hint: '`tercet init --print` shows what would be written.',
      });
    throw new TercetError('storage', `${file} cannot be written: ${error.message}`);
  });
  await trustWhatWasWritten(io, text, file);
  if (options.json === true) printJson(io, { file, found });
  else print(io, `Wrote ${cleanLine(file, 1_000)}\n${summary(found)}\nNext: tercet doctor, then tercet run "…"`);
  return 0;
}

/** The person asked for this very text, so it needs no second word; another text in the same file does. */
async function trustWhatWasWritten(io: Io, text: string, file: string): Promise<void> {
  const session = await openSession(io);
  try {
    const config = { ...session.config, repository: await parseRepositoryConfig(text, file) };
    await recordTrust({ ...session, config });
  } finally {
    await session.close();
  }
}

function summary(found: Survey): string {
  const keys = found.keys.filter((key) => key.set).map((key) => key.variable);
  const servers = found.servers
    .filter((server) => server.models !== null)
    .map((server) => `${server.provider} (${server.models?.length ?? 0} models)`);
  return `Found: ${[...keys, ...servers].join(', ') || 'no API key and no local model server; tercet demo works without'}.`;
}

function configText(found: Survey, test: string | null): string {
  const proposal = proposeTrio(found);
  const roles = proposal === null ? proposeRoles(found) : null;
  const why = proposal?.why ?? roles?.why ?? 'no key was found; this is the default';
  const lines = [
    `# yaml-language-server: $schema=${schemaUrl('tercet')}`,
    '# Tercet: three models, one change. Every key is optional; docs/configuration.md explains them.',
    '# Keys, endpoints and prices never belong here: they live in your environment and your own configuration.',
    '',
    `# The three models (${why}). \`tercet models\` lists models and trios.`,
    `${roles === null ? '' : '# '}trio: ${proposal?.trio ?? 'frontier'}`,
    ...roleLines(roles),
    '',
    '# The most one run may spend, USD. A call that could exceed it is not made.',
    'budget: 5',
    '',
    '# Commands that must pass after every task.',
    ...(test === null ? ['# checks:', '#   - npm test'] : ['checks:', `  - ${test}`]),
    '',
    '# What the executor should know about this code base, one sentence each.',
    '# conventions:',
    '#   - Errors are thrown as AppError with a code.',
    '',
    '# Small requests that name their file skip the planner (auto | always | never). Review is never skipped.',
    'planning: auto',
    '',
    'review:',
    '  # When reviewer and executor are of one lineage: require (refuse), warn, off.',
    '  lineage: require',
    '  # Rounds of fix and re-review.',
    '  rounds: 2',
    '',
  ];
  return lines.join('\n');
}

function roleLines(roles: ReturnType<typeof proposeRoles>): string[] {
  const { planner, executor, reviewer } = roles ?? {
    planner: 'anthropic/claude-fable-5-2',
    executor: 'anthropic/claude-haiku-5-5',
    reviewer: 'openai/gpt-6.1-sol',
  };
  const comment = roles === null ? '# ' : '';
  return [
    `${comment}roles:`,
    `${comment}  planner: { model: ${planner}, effort: high }`,
    `${comment}  executor: { model: ${executor}, effort: low }`,
    `${comment}  reviewer: { model: ${reviewer}, effort: medium }`,
  ];
}

/** The repository's own test command, where a file says it. */
async function testCommand(root: string): Promise<string | null> {
  const read = (name: string) => readFile(path.join(root, name), 'utf8').catch(() => null);
  const [packageJson, cargo, go, pyproject, makefile] = await Promise.all(
    ['package.json', 'Cargo.toml', 'go.mod', 'pyproject.toml', 'Makefile'].map(read),
  );
  if (packageJson != null && hasTestScript(packageJson)) return 'npm test';
  if (cargo != null) return 'cargo test';
  if (go != null) return 'go test ./...';
  if (pyproject?.includes('pytest') === true) return 'pytest -q';
  if (makefile != null && /^test:/m.test(makefile)) return 'make test';
  return null;
}

/** npm's placeholder of a test script fails by design; it is no test. */
function hasTestScript(packageJson: string): boolean {
  try {
    const { scripts } = JSON.parse(packageJson) as { scripts?: { test?: unknown } };
    return typeof scripts?.test === 'string' && !scripts.test.includes('no test specified');
  } catch {
    return false;
  }
}
