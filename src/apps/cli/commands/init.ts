import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openSession, repositoryRoot } from '../../../compose/compose.ts';
import { foldersOf } from '../../../compose/folders.ts';
import { type Proposal, propose } from '../../../compose/propose.ts';
import { parseRepositoryConfig, REPOSITORY_CONFIG, readConfig } from '../../../compose/read-config.ts';
import { type Survey, survey } from '../../../compose/survey.ts';
import { TRIOS } from '../../../compose/trios.ts';
import { recordTrust } from '../../../compose/trust.ts';
import { TercetError } from '../../../contract/errors.ts';
import type { Role } from '../../../contract/role.ts';
import { cleanLine } from '../../../report/clean.ts';
import { count } from '../../../report/phrases.ts';
import { schemaUrl } from '../../../report/schema-url.ts';
import { type CommonOptions, type Io, print, printJson } from '../io.ts';

/** `tercet init`: writes a commented tercet.yaml from what it finds. Never overwrites one. */
export async function init(io: Io, options: CommonOptions & { print?: boolean }): Promise<number> {
  const root = await repositoryRoot(io);
  const folders = foldersOf(io.env);
  const found = await survey((await readConfig(folders, null)).user, io.env);
  const proposal = propose(found);
  const text = configText(proposal, await testCommand(root));
  if (options.print === true) {
    if (options.json === true) printJson(io, { file: null, text, why: proposal.why, found });
    else print(io, text);
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
  if (options.json === true) printJson(io, { file, text, why: proposal.why, found });
  else
    print(
      io,
      `Wrote ${cleanLine(file, 1_000)}\n${summary(found)}\nModels: ${proposal.trio ?? 'one for each role'}; ${proposal.why}.\nNext: tercet doctor, then tercet run "…"`,
    );
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
    .map((server) => `${server.provider} (${count(server.models?.length ?? 0, 'model')})`);
  return `Found: ${[...keys, ...servers].join(', ') || 'no API key and no local model server; tercet demo works without'}.`;
}

function configText({ trio, roles, why }: Proposal, test: string | null): string {
  const lines = [
    `# yaml-language-server: $schema=${schemaUrl('tercet')}`,
    '# Tercet: three models, one change. Every key is optional; docs/configuration.md explains them.',
    '# Keys, endpoints and prices never belong here: they live in your environment and your own configuration.',
    '',
    `# The three models. Why these: ${why}.`,
    '# `tercet models` lists models and trios; a model of a role wins over the trio.',
    ...(roles === null ? [`trio: ${trio}`] : ['# trio: frontier']),
    ...roleLines(roles, trio ?? 'frontier'),
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

function roleLines(proposed: Proposal['roles'], trio: string): string[] {
  const roles = proposed ?? TRIOS[trio];
  const comment = proposed === null ? '# ' : '';
  const line = (role: Role, effort: string) => {
    const model = roles?.[role] ?? '';
    // What a local model makes of an effort depends on the model.
    return `${comment}  ${role}: { model: ${model}${model.startsWith('ollama/') ? '' : `, effort: ${effort}`} }`;
  };
  return [`${comment}roles:`, line('planner', 'high'), line('executor', 'low'), line('reviewer', 'medium')];
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
