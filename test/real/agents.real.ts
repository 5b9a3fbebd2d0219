import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Receipt, Usage } from '../../src/contract/usage.ts';
import { aPlan, approval } from '../support/answers.ts';
import { list, record, text } from '../support/model-server/json.ts';
import { type ModelServer, startModelServer } from '../support/model-server/server.ts';
import type { Script } from '../support/model-server/types.ts';
import { ADDED, RUN, SMOOTH, TASK } from '../support/shop-change.ts';
import { type Stage, setStage, summary } from '../support/stage.ts';
import { type Act, actingModel } from './acting-model.ts';
import { installed, REAL_FOLDER } from './install.ts';
import { PROGRAMS, type RealProgram } from './programs.ts';
import { type Row, writeTable } from './table.ts';

const SHOP = new URL('../../examples/shop/', import.meta.url);
const MONEY = readFileSync(new URL('src/money.js', SHOP), 'utf8');
const HEAD = 'export function percentOf(cents, percent) {';
const TWO_FILES = { ...TASK, files: [...TASK.files, { path: 'src/limits.js', action: 'create' as const }] };

/** Writes beside the task, too. */
const EXECUTES: readonly Act[] = [
  { read: 'src/money.js' },
  { write: 'src/money.js', content: MONEY.replace(HEAD, `${HEAD}\n${ADDED}`) },
  { write: 'NOTES.md', content: 'What I did.\n' },
  { say: 'Shares above 100 percent are refused.' },
];
/** What is still missing. */
const GOES_ON: readonly Act[] = [
  { write: 'src/limits.js', content: 'export const MOST_PERCENT = 100;\n' },
  { say: 'The second file is there.' },
];
const REVIEWS: readonly Act[] = [{ write: 'REVIEW.md', content: 'mine\n' }, { answer: approval(['T1.1']) }];

/** A real program on a stage of Tercet's, its own model server beside. */
async function staged(program: RealProgram, lines: Parameters<typeof setStage>[0], script: Script) {
  const bin = await installed(program.packages);
  const stage = await setStage(lines, program.config === undefined ? {} : { config: program.config });
  const server = await startModelServer(script);
  const env = { PATH: `${bin}:${stage.home.env.PATH}`, ...program.env(server.url, stage.home.folder) };
  return {
    stage,
    server,
    tercet: (args: readonly string[]) => stage.tercet(args, { env }),
    async [Symbol.asyncDispose]() {
      await server.close();
      await stage[Symbol.asyncDispose]();
    },
  };
}

beforeAll(() => {
  // Some sandboxes leave the folder for temporary files open, and others refuse to work in it.
  process.env.TMPDIR = path.join(REAL_FOLDER, 'tmp');
  mkdirSync(process.env.TMPDIR, { recursive: true });
});

const rows: Row[] = [];

afterAll(() => {
  // A part of them says nothing of the others.
  if (rows.length === PROGRAMS.length) writeTable(rows, new Date().toISOString().slice(0, 10));
});

describe.each(PROGRAMS)('$title', (program) => {
  const version = Object.values(program.packages).join(', ');
  const row: Row = { title: program.title, version, executes: false, reviews: false, ledger: '' };
  beforeAll(() => {
    rows.push(row);
  });

  it('executes a task of two files, is kept in its scope, and is reviewed', async () => {
    await using made = await staged(
      program,
      { ...SMOOTH, planner: [{ object: aPlan([TWO_FILES]) }], executor: [] },
      actingModel(EXECUTES, GOES_ON),
    );
    const { stage } = made;
    const before = stage.repository.fingerprint();
    const trio = ['--executor', program.model, '--reviewer', program.others.reviewer];
    const result = await made.tercet([...RUN, ...trio]);
    expect(result.code, result.stderr + seen(made.server)).toBe(0);
    const said = summary(result);
    expect(said).toMatchObject({ outcome: 'approved', verdict: 'approved', commits: [{ task: 'T1' }] });
    expect(said.tasks[0]?.attempts.map(({ rung, outcome }) => [rung, outcome === 'done'])).toEqual([
      ['agent', false],
      ['repair', true],
    ]);
    const refused = stage.events(said.run).filter((event) => event.type === 'scope.refused');
    expect(refused.flatMap(({ paths }) => paths)).toContain('NOTES.md');
    expect(changed(stage, said)).toEqual(['src/limits.js', 'src/money.js']);
    expect(stage.repository.fingerprint()).toEqual(before);
    row.executes = true;
    const [has, cost] = [tokens(booked(await stage.receipts())), tokens(billed(made.server))];
    row.ledger = [compared(has, cost), ...(program.tells === undefined ? [] : [program.tells])].join(': ');
    expect(cost.input).toBeGreaterThan(0);
    expect(has, 'in the ledger, and as billed').toEqual(program.tells === undefined ? cost : expect.anything());
  });

  it('reviews, and what it writes there is gone', async () => {
    await using made = await staged(program, { ...SMOOTH, reviewer: [] }, actingModel(REVIEWS));
    const result = await made.tercet([...RUN, '--executor', program.others.executor, '--reviewer', program.model]);
    expect(result.code, result.stderr + seen(made.server)).toBe(0);
    const said = summary(result);
    expect(said).toMatchObject({ outcome: 'approved', verdict: 'approved' });
    expect(changed(made.stage, said)).toEqual(['src/money.js']);
    row.reviews = true;
  });
});

function booked(receipts: readonly Receipt[]): (Usage | null)[] {
  return receipts.filter(({ role }) => role === 'executor').map(({ usage }) => usage);
}

function billed({ log }: ModelServer): (Usage | null)[] {
  return log.map(({ usage }) => usage);
}

function compared(has: Tokens, cost: Tokens): string {
  if (has.input === cost.input && has.output === cost.output) return 'all that were billed';
  if (has.input + has.output === 0) return 'none';
  const share = (100 * (has.input + has.output)) / (cost.input + cost.output);
  return `${share.toFixed(0)} % of those billed`;
}

interface Tokens {
  input: number;
  output: number;
}

/** What was read and what was written, in tokens. */
function tokens(usages: readonly (Usage | null)[]): Tokens {
  const sum = { input: 0, output: 0 };
  for (const usage of usages) {
    if (usage === null) continue;
    sum.input += usage.inputUncached + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
    sum.output += usage.output;
  }
  return sum;
}

function changed(stage: Stage, { base, branch }: { base: string; branch: string | null }): string[] {
  return stage.repository.git('diff', '--name-only', base, branch ?? '').split('\n');
}

/** What a model was told of the tools it used last, roughly. */
function resultsIn(body: unknown): string {
  const { input, messages, contents } = record(body);
  const last = [input, messages, contents].map((each) => list(each).at(-1)).find((each) => each !== undefined);
  return JSON.stringify(last ?? '').slice(0, 600);
}

/** For a failure: what the program asked of its model. */
function seen({ log }: ModelServer): string {
  const asked = log.map(({ path: at, requestedModel, status, body }) => {
    const tools = list(record(body).tools).map((tool) => text(record(tool).name) || JSON.stringify(tool).slice(0, 200));
    return `${status} ${at} ${requestedModel}, tools: ${tools.join(' ')}`;
  });
  return `\nasked:\n${asked.join('\n')}\nresults: ${log.map(({ body }) => resultsIn(body)).join('\n')}`;
}
