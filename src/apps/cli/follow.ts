import { newRunId, type Session } from '../../compose/compose.ts';
import { type Casting, conduct } from '../../compose/conduct.ts';
import { openDisplays } from '../../compose/displays.ts';
import { TercetError } from '../../contract/errors.ts';
import type { Overrides, RunOrder } from '../../contract/order.ts';
import type { RunRecord, RunResult } from '../../contract/outcome.ts';
import type { Plan } from '../../contract/plan.ts';
import type { Effort, Role } from '../../contract/role.ts';
import { EFFORTS, ROLES } from '../../contract/role.ts';
import { showUsd } from '../../pricing/usd.ts';
import { summaryOf } from '../../report/json.ts';
import type { RunContext } from '../../workflow/run-context.ts';
import { askTrust } from './ask-trust.ts';
import { budgetOf } from './budget.ts';
import { type CommonOptions, canAsk, colours, type Io, onInterrupt, paletteOf, print, printJson } from './io.ts';

/** The options that choose models and limits, shared by every command that calls a model. */
export interface ModelOptions extends CommonOptions {
  trio?: string;
  planner?: string;
  executor?: string;
  reviewer?: string;
  effort?: string[];
  budget?: string;
  maxRounds?: number;
  yes?: boolean;
  untrusted?: boolean;
}

/** A run as its command shows it: for people, and what `--json` says beyond the summary. */
export interface Presented {
  text: string;
  more?: Record<string, unknown>;
}

/** Runs `work` as a run: live progress on stderr, the report or the one JSON object on stdout, and its exit code. */
export async function follow(
  io: Io,
  session: Session,
  options: ModelOptions,
  casting: Pick<Casting, 'kind' | 'request' | 'needed' | 'branch'> & {
    run?: string;
    planning?: Overrides['planning'];
    agents?: Casting['agents'];
    plan?: Plan | null;
    subject?: RunOrder['subject'];
    again?: RunRecord;
    trusted?: string;
  },
  work: (ctx: RunContext) => Promise<RunResult>,
  present: (result: RunResult) => Presented | Promise<Presented> = async (result) => ({
    text: await reportText(io, result),
  }),
): Promise<number> {
  const overrides = { ...casting.again?.order.overrides, ...overridesOf(options, casting.planning) };
  const untrusted = await askTrust(io, session, overrides.untrusted === true);
  const run = casting.run ?? newRunId();
  const interrupt = onInterrupt(io, `Go on later with: tercet resume ${run}`);
  const displays = await openDisplays(io, {
    verbosity: verbosityOf(options),
    colour: colours(io, io.stderr),
    ask: canAsk(io),
    onInterrupt: interrupt.stop,
  });
  interrupt.through(displays.note);
  try {
    const result = await conduct(
      session,
      {
        ...casting,
        run,
        order: {
          overrides: { ...overrides, ...(untrusted ? { untrusted } : {}) },
          plan: casting.plan ?? null,
          subject: casting.subject ?? null,
        },
        reporters: displays.reporters,
        person: displays.person,
        signal: interrupt.signal,
      },
      work,
    );
    const { text, more } = await present(result);
    if (options.json === true) printJson(io, { ...summaryOf(result), ...more });
    else print(io, io.stdout.isTTY === true && io.stderr.isTTY === true ? `\n${text}` : text);
    return result.exitCode;
  } finally {
    interrupt.done();
  }
}

/** What the flags say, and nothing they do not: a resumed run keeps what it was given before. */
function overridesOf(options: ModelOptions, planning: Overrides['planning']): Overrides {
  const models = definedOnly({ planner: options.planner, executor: options.executor, reviewer: options.reviewer });
  const efforts = effortsOf(options.effort ?? []);
  return {
    ...(options.trio === undefined ? {} : { trio: options.trio }),
    ...(Object.keys(models).length === 0 ? {} : { models }),
    ...(Object.keys(efforts).length === 0 ? {} : { efforts }),
    ...(options.budget === undefined ? {} : { budgetUsd: budgetOf(options.budget) }),
    ...(options.maxRounds === undefined ? {} : { fixRounds: options.maxRounds }),
    ...(planning === undefined ? {} : { planning }),
    ...(options.yes === true ? { approval: 'skip' } : {}),
    ...(options.untrusted === true ? { untrusted: true } : {}),
  };
}

/** The report of a run as a terminal shows it. */
export async function reportText(io: Io, result: RunResult, options: { next?: boolean } = {}): Promise<string> {
  const { terminalReport } = await import('../../report/terminal.ts');
  // A line longer than this is hard to read, however wide the terminal is.
  const width = Math.min(io.stdout.columns ?? 100, 100);
  return terminalReport(result, {
    palette: paletteOf(io),
    money: showUsd,
    width,
    resume: (run) => `tercet resume ${run}`,
    ...options,
  });
}

function verbosityOf(options: CommonOptions): 'quiet' | 'normal' | 'verbose' {
  return options.quiet === true ? 'quiet' : options.verbose === true ? 'verbose' : 'normal';
}

/** `high` for all roles, or `planner=high`. */
function effortsOf(values: readonly string[]): Partial<Record<Role, Effort>> {
  const efforts: Partial<Record<Role, Effort>> = {};
  for (const value of values) {
    const [left, right] = value.split('=', 2);
    const effort = EFFORTS.find((known) => known === (right ?? left));
    const roles = right === undefined ? ROLES : ROLES.filter((role) => role === left);
    if (effort === undefined || roles.length === 0) {
      throw new TercetError('usage', `"${value}" is not an effort.`, {
        hint: `Give ${EFFORTS.join(', ')}, for all roles or for one: --effort planner=high.`,
      });
    }
    for (const role of roles) efforts[role] = effort;
  }
  return efforts;
}

function definedOnly(models: Record<Role, string | undefined>): Partial<Record<Role, string>> {
  return Object.fromEntries(Object.entries(models).filter(([, model]) => model !== undefined));
}
