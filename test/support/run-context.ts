import { openMemoryJournal } from '../../src/adapters/journal/memory.ts';
import { openMemoryLedger } from '../../src/adapters/ledger/memory.ts';
import { openRepository } from '../../src/adapters/workspace/git/open.ts';
import type { RunEvent } from '../../src/contract/event.ts';
import type { Plan, PlannerAnswer, Task } from '../../src/contract/plan.ts';
import type { ReviewerAnswer, ReviewerFinding } from '../../src/contract/review.ts';
import type { Role } from '../../src/contract/role.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../src/contract/settings.ts';
import type { Receipt } from '../../src/contract/usage.ts';
import { promptSections } from '../../src/handoff/prompt.ts';
import { redactor } from '../../src/handoff/redact.ts';
import type { Agent, Turn, TurnResult } from '../../src/ports/agent.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { CommandResult, Commands } from '../../src/ports/commands.ts';
import type { Ledger } from '../../src/ports/ledger.ts';
import type { Person } from '../../src/ports/person.ts';
import type { RunStore } from '../../src/ports/store.ts';
import type { Repository } from '../../src/ports/workspace.ts';
import { buildCatalogue } from '../../src/pricing/catalogue.ts';
import { type ScriptedReply, type ScriptedTurn, scriptedAgent } from '../../src/testing/scripted-agent.ts';
import { Providers } from '../../src/workflow/calls/breaker.ts';
import type { RunContext } from '../../src/workflow/run-context.ts';
import { type FileSpec, makeRepository, type TestRepository } from './repository.ts';

export type Script = (turn: ScriptedTurn) => ScriptedReply | Promise<ScriptedReply>;
/** What a command does: its exit code (0 unless given) and output; it may write files into the working tree. */
export type CommandScript = (command: string, cwd: string) => Partial<CommandResult> | Promise<Partial<CommandResult>>;

export interface ContextOptions {
  /** The files of a real git repository. null: there is none, for tests of single calls. */
  files?: Record<string, FileSpec> | null;
  request?: string;
  context?: string;
  settings?: Partial<Settings>;
  planner?: Script | Agent;
  executor?: Script | Agent;
  reviewer?: Script | Agent;
  stronger?: Script | Agent | null;
  /** Of the executor, when it is a script. */
  tools?: boolean;
  person?: Person | null;
  /** A script, or an adapter. Without one every command exits 0. */
  commands?: CommandScript | Commands;
  ledger?: Ledger;
  run?: string;
  /** Called when the run is about to wait; the clock moves on by itself. */
  onSleep?: (ms: number) => void;
  prompts?: Partial<Record<Role, string>>;
}

export interface TestRun extends Disposable {
  ctx: RunContext;
  events: RunEvent[];
  /** The events of one type. */
  of<T extends RunEvent['type']>(type: T): Extract<RunEvent, { type: T }>[];
  /** Only with files. */
  repo: TestRepository;
  /** Milliseconds of every wait. */
  sleeps: number[];
  /** Every command that was run. */
  commands: string[];
  cancel(): void;
  receipts(): Promise<Receipt[]>;
  /** Artefacts by name. */
  written: Map<string, string>;
}

/** Prices that make sums easy: USD per million tokens. */
const PRICES = [
  { id: 'test/planner', input: 10, output: 20 },
  { id: 'test/executor', input: 1, output: 2 },
  { id: 'test/reviewer', input: 4, output: 8 },
  { id: 'test/stronger', input: 5, output: 10 },
  { id: 'test/short', input: 1, output: 2, maxOutput: 4096 },
];

const PROMPTS: Record<Role, string> = {
  planner: 'You plan.\n<!-- section: decide -->\nDecide.',
  executor:
    'You execute.\n<!-- section: edit -->\nEdit.\n<!-- section: agent -->\nWork.\n<!-- section: tools -->\nUse tools.',
  reviewer: 'You review.\n<!-- section: rereview -->\nAgain.',
};

/** A run's context over a real repository and in-memory everything else. Nothing sleeps, nothing leaves the process. */
export async function makeContext(options: ContextOptions = {}): Promise<TestRun> {
  const { files = null, run = '20261122-100000-abcd' } = options;
  const repo = files === null ? null : makeRepository(files);
  const repository =
    repo === null ? ({ key: 'no-repository' } as Repository) : await openRepository(repo.root, { env: repo.env });
  const events: RunEvent[] = [];
  const commands: string[] = [];
  const written = new Map<string, string>();
  const controller = new AbortController();
  const ledger = options.ledger ?? openMemoryLedger();
  const { clock, sleeps } = fakeClock(options.onSleep);
  const ctx: RunContext = {
    redactor: redactor([]),
    run,
    again: false,
    journal: openMemoryJournal(),
    request: {
      text: options.request ?? 'Clamp values.',
      source: 'text',
      base: repo === null ? '0'.repeat(40) : repo.git('rev-parse', 'HEAD'),
      ...(options.context === undefined ? {} : { context: options.context }),
    },
    settings: { ...DEFAULT_SETTINGS, approval: 'skip', planning: 'always', ...options.settings },
    agents: {
      planner: agentOf('planner', options.planner),
      executor: agentOf('executor', options.executor, { tools: options.tools ?? false }),
      reviewer: agentOf('reviewer', options.reviewer),
    },
    stronger:
      options.stronger === undefined || options.stronger === null
        ? null
        : agentOf('executor', options.stronger, { model: 'test/stronger' }),
    fallbacks: { planner: null, executor: null, reviewer: null },
    providers: new Providers(),
    refusedKeys: { find: () => null, mark: () => {}, clearAll: () => 0 },
    prompts: {
      planner: promptOf('planner', options.prompts?.planner),
      executor: promptOf('executor', options.prompts?.executor),
      reviewer: promptOf('reviewer', options.prompts?.reviewer),
    },
    repository,
    ledger,
    store: memoryStore(written),
    commands: commandsOf(options.commands, commands),
    person: options.person ?? null,
    clock,
    catalogue: buildCatalogue(PRICES),
    signal: controller.signal,
    emit: (event) => void events.push(event),
    attempts: new Map(),
  };
  return {
    ctx,
    events,
    of: (type) => events.filter((event) => event.type === type) as never,
    repo: repo as TestRepository,
    sleeps,
    commands,
    cancel: () => controller.abort(),
    receipts: () => ledger.list({ run }),
    written,
    [Symbol.dispose]: () => repo?.remove(),
  };
}

function agentOf(role: Role, given: Script | Agent | undefined, options: { tools?: boolean; model?: string } = {}) {
  if (typeof given === 'object') return given;
  const script: Script = given ?? ((turn) => Promise.reject(new Error(`no script for the ${role}: ${turn.purpose}`)));
  return scriptedAgent(role, script, { model: options.model ?? `test/${role}`, tools: options.tools ?? false });
}

/** An agent whose results are changed on their way out: what the scripted agent cannot say. */
export function changing(agent: Agent, change: (result: TurnResult, turn: Turn) => TurnResult): Agent {
  return { ...agent, turn: async (turn, options) => change(await agent.turn(turn, options), turn) };
}

function promptOf(role: Role, text: string = PROMPTS[role]) {
  return { sections: promptSections(text, `${role}.md`), hash: text };
}

/** Time that stands still but for the waits, each of which is over at once. */
function fakeClock(onSleep: ContextOptions['onSleep']): { clock: Clock; sleeps: number[] } {
  let now = Date.parse('2026-11-22T10:00:00.000Z');
  const sleeps: number[] = [];
  const clock: Clock = {
    now: () => new Date(now),
    sleep: async (ms, signal) => {
      sleeps.push(ms);
      onSleep?.(ms);
      signal.throwIfAborted();
      now += ms;
    },
  };
  return { clock, sleeps };
}

function memoryStore(written: Map<string, string>): RunStore {
  const no = () => Promise.reject(new Error('a workflow does not touch the records'));
  return {
    save: no,
    get: no,
    list: no,
    events: no,
    own: no,
    ownerOf: no,
    remove: no,
    write: async (_, name, text) => {
      written.set(name, text);
      return `/runs/${name}`;
    },
    read: async (_, name) => written.get(name) ?? null,
    append: () => {},
    folder: () => '/runs',
  };
}

function commandsOf(given: CommandScript | Commands | undefined, seen: string[]): Commands {
  if (typeof given === 'object') return given;
  return {
    confinement: 'none',
    run: async (command, { cwd }) => {
      seen.push(command);
      return { exitCode: 0, timedOut: false, ms: 1, output: '', ...(await given?.(command, cwd)) };
    },
  };
}

/** A task that breaks no rule of the lint in a repository that has `src/math.js`. */
export function aTask(over: Partial<Task> = {}): Task {
  const id = over.id ?? 'T1';
  return {
    id,
    title: 'Clamp values',
    behaviour: '`clamp(value, min, max)` returns the nearest bound when value lies outside.',
    files: [{ path: 'src/math.js', action: 'modify' }],
    symbols: [],
    criteria: [{ id: `${id}.1`, text: 'clamp(5, 0, 3) returns 3', command: null }],
    dependsOn: [],
    read: [],
    ...over,
  };
}

export function aPlan(...tasks: Task[]): Plan {
  return { version: 1, title: 'Clamp', summary: '', tasks, risks: [], nonGoals: [], assumptions: [] };
}

/** What a planner answers for a plan. */
export function planAnswer(tasks: Task[] = [aTask()], over: Partial<PlannerAnswer> = {}): PlannerAnswer {
  return { title: 'Clamp', summary: '', tasks, risks: [], nonGoals: [], questions: [], needs: [], ...over };
}

/** `src/math.js` as most tests have it, and the edit that does the task. */
export const MATH = 'export function add(a, b) {\n  return a + b;\n}\n';
export const CLAMP = 'export function clamp(value, min, max) {\n  return Math.min(max, Math.max(min, value));\n}\n';

export function writes(path: string, content: string, claim = 'Done.'): string {
  return `${path}\n<<<<<<< FILE\n${content}>>>>>>> FILE\n\n${claim}`;
}

export function replaces(path: string, search: string, replace: string): string {
  return `${path}\n<<<<<<< SEARCH\n${search}=======\n${replace}>>>>>>> REPLACE\n\nDone.`;
}

export function reviewAnswer(
  criteria: Record<string, 'yes' | 'no' | 'unclear'> = { 'T1.1': 'yes' },
  findings: Partial<ReviewerFinding>[] = [],
  fixed: string[] = [],
): ReviewerAnswer {
  return {
    criteria: Object.entries(criteria).map(([id, met]) => ({ id, met, evidence: `says the reviewer: ${met}` })),
    findings: findings.map((over) => ({
      title: 'Wrong bound returned',
      severity: 'major',
      category: 'bug',
      path: 'src/math.js',
      line: 1,
      quote: '',
      why: 'min is ignored',
      fix: 'return the nearest bound',
      confidence: 'high',
      criterion: null,
      ...over,
    })),
    fixed,
  };
}
