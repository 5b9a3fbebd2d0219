import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isSelfHosted, providerName } from '../../../compose/agents/providers.ts';
import { TRIOS } from '../../../compose/agents/trios.ts';
import { askKey } from '../../../compose/ask.ts';
import { openSession, repositoryRoot } from '../../../compose/compose.ts';
import { parseRepositoryConfig, REPOSITORY_CONFIG, readConfig } from '../../../compose/config/read-config.ts';
import { recordTrust } from '../../../compose/config/trust.ts';
import { foldersOf } from '../../../compose/folders.ts';
import { type Proposal, propose } from '../../../compose/setup/propose.ts';
import { type Survey, survey } from '../../../compose/setup/survey.ts';
import { EXIT, TercetError } from '../../../contract/errors.ts';
import { ROLES, type Role } from '../../../contract/role.ts';
import { cleanLine } from '../../../report/clean.ts';
import { count } from '../../../report/phrases.ts';
import { schemaUrl } from '../../../report/schema-url.ts';
import { pad } from '../../../report/width.ts';
import { accountText } from '../account-text.ts';
import { type CommonOptions, canAsk, type Io, print, printJson } from '../io.ts';

export interface InitOptions extends CommonOptions {
  print?: boolean;
  yes?: boolean;
}

/** `tercet init`: writes a commented tercet.yaml from what it finds, after asking where somebody is there. Never overwrites one. */
export async function init(io: Io, options: InitOptions): Promise<number> {
  const root = await repositoryRoot(io);
  const folders = foldersOf(io.env);
  const found = eachOnce(await survey((await readConfig(folders, null)).user, io.env));
  const proposal = propose(found);
  const text = configText(proposal, await testCommand(root));
  const { why, missing, others } = proposal;
  const result = (file: string | null) => ({ file, text, why, missing, others, found });
  if (options.print === true) {
    if (options.json === true) printJson(io, result(null));
    else print(io, text);
    return EXIT.approved;
  }
  const file = path.join(root, REPOSITORY_CONFIG);
  const there = await readFile(file, 'utf8').catch(() => null);
  if (there === text) {
    if (options.json === true) printJson(io, result(file));
    else print(io, `${cleanLine(file, 1_000)} is as it would be written.\n${proposalText(proposal, found)}`);
    return EXIT.approved;
  }
  if (there === null && options.yes !== true && options.json !== true && canAsk(io)) {
    print(io, proposalText(proposal, found));
    if ((await askKey(io, `Write ${cleanLine(file, 1_000)}? [y]es, [n]o > `, ['y', 'n'])) !== 'y')
      throw new TercetError('cancelled', 'Nothing was written.', { hint: '`tercet init --print` shows the file.' });
    await write(io, file, text);
    print(io, `Wrote ${cleanLine(file, 1_000)}\n${NEXT}`);
    return EXIT.approved;
  }
  await write(io, file, text);
  if (options.json === true) printJson(io, result(file));
  else print(io, `Wrote ${cleanLine(file, 1_000)}\n${proposalText(proposal, found)}\n${NEXT}`);
  return EXIT.approved;
}

const NEXT = 'Next: tercet doctor (with --probe, one small call for each role), then tercet run "…"';

async function write(io: Io, file: string, text: string): Promise<void> {
  await writeFile(file, text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST')
      throw new TercetError('usage', `${file} is there already; it is not overwritten.`, {
        hint: '`tercet init --print` shows what would be written.',
      });
    throw new TercetError('storage', `${file} cannot be written: ${error.message}`);
  });
  await trustWhatWasWritten(io, text, file);
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

/** A program that is driven in two ways is here once; the first of them gives more. */
function eachOnce(found: Survey): Survey {
  const first = ({ at }: Survey['agents'][number]) => found.agents.findIndex((other) => other.at === at);
  return { ...found, agents: found.agents.filter((agent, index) => agent.at === null || first(agent) === index) };
}

function proposalText({ trio, roles, why, missing, others }: Proposal, found: Survey): string {
  const models = roles ?? TRIOS[trio ?? ''];
  const rows = ROLES.map((role) => `  ${pad(role, 8)}  ${models?.[role] ?? ''}`);
  const width = Math.max(0, ...others.map(({ what }) => what.length));
  return [
    `Found: ${foundText(found)}.`,
    `Models${trio === null ? '' : ` (trio ${trio})`}:`,
    ...rows,
    `  Why: ${why}.`,
    ...(missing === null ? [] : [`  Missing: ${missing}.`]),
    ...(others.length === 0 ? [] : ['Not taken:']),
    ...others.map(({ what, why }) => `  ${pad(cleanLine(what, 60), width)}  ${cleanLine(why, 200)}`),
  ].join('\n');
}

function foundText(found: Survey): string {
  const keys = found.keys.filter((key) => key.set).map((key) => key.variable);
  const agents = found.agents
    .filter(({ at }) => at !== null)
    .map(({ title, key, account }) => `${title} (${accountText(account, key)})`);
  const servers = found.servers
    .filter((server) => server.models !== null)
    .map((server) => `${server.provider} (${count(server.models?.length ?? 0, 'model')})`);
  const all = [...agents, ...keys, ...servers].join(', ');
  return all || 'no coding agent, no API key and no local model server; tercet demo works without';
}

function configText({ trio, roles, why, missing }: Proposal, test: string | null): string {
  const lines = [
    `# yaml-language-server: $schema=${schemaUrl('tercet')}`,
    '# Tercet: three models, one change. Every key is optional; docs/configuration.md explains them.',
    '# Keys, endpoints and prices never belong here: they live in your environment and your own configuration.',
    '',
    `# The three models. Why these: ${why}.`,
    ...(missing === null ? [] : [`# Missing so far: ${missing}.`]),
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
    return `${comment}  ${role}: { model: ${model}${isSelfHosted(providerName(model)) ? '' : `, effort: ${effort}`} }`;
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
