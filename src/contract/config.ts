import { z } from 'zod';
import { Severity } from './review.ts';
import { EFFORTS } from './role.ts';

/**
 * `tercet.yaml`: what a repository or a person configures. A repository's file is untrusted: it may name models,
 * commands, limits and conventions, which take effect once the person has seen them (`tercet trust`), and never
 * endpoints, keys, prices or approval (see {@link UserConfig}).
 */
const ModelId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]*\/[^\s]+$/i, 'a model is provider/model, e.g. anthropic/claude-haiku-5-5')
  .describe('provider/model, exact; `tercet models` lists those with a known price');

const RoleConfig = z.strictObject({
  model: ModelId.optional(),
  effort: z.enum(EFFORTS).optional().describe('reasoning effort'),
  maxOutputTokens: z.int().positive().optional().describe('output tokens of one call, reasoning included'),
});

/** What only the person may say of a role. */
const OwnRoleConfig = RoleConfig.extend({
  prompt: z.string().optional().describe('prompt file that replaces this role’s own; relative to this file'),
  lineage: z.string().optional().describe('whose training produced the model, where Tercet cannot know it'),
});

/** The model of the role that takes over; only the person may say where else their code goes. */
const Fallback = {
  fallback: ModelId.optional().describe('model that takes over while this role’s own cannot answer or refuses'),
};

const Stronger = { stronger: ModelId.optional().describe('model of the last rung of the ladder') };

const Usd = z
  .union([z.number().nonnegative(), z.string().regex(/^\d+(\.\d{1,12})?$/, 'an amount in US dollars, e.g. 2.50')])
  .describe('US dollars');

const Amount = z
  .union([z.number().nonnegative(), z.string().regex(/^\d+(\.\d{1,12})?$/)])
  .describe('a whole or decimal amount');

const Periods = { run: Amount.optional(), day: Amount.optional(), month: Amount.optional() };

const Budgets = z
  .strictObject({
    run: Usd.optional().describe('the same as `budget`'),
    day: Usd.optional().describe('all runs of a day, UTC'),
    month: Usd.optional().describe('all runs of a month, UTC'),
    credits: z.strictObject(Periods).optional().describe('agents paid in a vendor’s credits'),
    'subscription-calls': z.strictObject(Periods).optional().describe('calls of agents on a subscription'),
  })
  .describe('the most that may be spent; a repository can only lower it');
export type Budgets = z.infer<typeof Budgets>;

const Commands = z.array(z.string().min(1));

const shared = {
  trio: z.string().optional().describe('frontier, article, budget, local, or one of your own'),
  budget: Usd.optional().describe('the most one run may spend; a repository can only lower it'),
  budgets: Budgets.optional(),
  planning: z.enum(['auto', 'always', 'never']).optional().describe('auto takes the short path for one small change'),
  checks: Commands.optional().describe('commands that must pass after every task'),
  conventions: z.array(z.string()).optional().describe('one sentence each, shown to planner and executor'),
  review: z
    .strictObject({
      lineage: z.enum(['require', 'warn', 'off']).optional().describe('when reviewer and executor are of one lineage'),
      blocking: z.array(Severity).optional().describe('severities that block approval'),
      rounds: z.int().min(0).max(10).optional().describe('rounds of fix and re-review'),
      tokens: z.int().positive().optional().describe('tokens of diff in one review call'),
    })
    .optional(),
  limits: z
    .strictObject({
      planRounds: z.int().min(0).max(10).optional(),
      contextTokens: z.int().positive().optional().describe('tokens of repository context for the planner'),
      repairs: z.int().min(0).max(10).optional(),
      toolSteps: z.int().positive().max(200).optional(),
      changeRequests: z.int().min(0).max(10).optional(),
      commandSeconds: z.int().positive().optional(),
    })
    .optional(),
  servedModel: z
    .enum(['require', 'warn'])
    .optional()
    .describe('when another model served a call than the one asked for'),
};

export const RepositoryConfig = z.strictObject({
  ...shared,
  sandbox: z
    .literal('require', 'a repository can only ask for `require`; anything looser is yours to say')
    .optional()
    .describe('refuse to run commands without a sandbox'),
  roles: z
    .strictObject({
      planner: RoleConfig.optional(),
      executor: RoleConfig.extend(Stronger).optional(),
      reviewer: RoleConfig.optional(),
    })
    .optional(),
});
export type RepositoryConfig = z.infer<typeof RepositoryConfig>;

const Provider = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('where it is; a provider that Tercet knows by name has one'),
  apiKeyEnv: z.string().optional().describe('name of the environment variable that holds the key'),
  local: z
    .boolean()
    .optional()
    .describe('runs on a machine of yours: cost 0, basis local; unless said, by the address'),
  structured: z.boolean().optional().describe('supports JSON Schema output'),
  lineage: z.string().optional(),
  creditsPerTurn: Amount.optional().describe('mindstudio: the most credits one call takes, held before it'),
  headers: z.record(z.string(), z.string()).optional(),
});

const Rates = z.strictObject({
  input: Usd.describe('USD per 1,000,000 tokens'),
  output: Usd,
  cacheRead: Usd.optional(),
  cacheWrite5m: Usd.optional(),
  cacheWrite1h: Usd.optional(),
});

const Price = Rates.extend({
  id: ModelId,
  lineage: z.string().optional(),
  tiers: z
    .array(Rates.extend({ inputAbove: z.int().positive() }))
    .optional()
    .describe('prices of a whole request whose input is larger'),
  context: z.int().positive().optional(),
  maxOutput: z.int().positive().optional(),
  from: z.iso.date().optional().describe('first day it holds'),
  until: z.iso.date().optional().describe('first day it no longer holds'),
});

const CodingAgent = z.strictObject({
  command: z
    .string()
    .regex(/^\//, 'the program, as an absolute path')
    .optional()
    .describe('the program, absolute; found on PATH unless said'),
  billing: z
    .enum(['key', 'login'])
    .optional()
    .describe(
      'key: its key in the environment is passed on and paid by token; login: it is not, and a turn is one call of a subscription; unless said, key where one is set',
    ),
  usdPerTurn: Usd.optional().describe('the most one turn may cost under key; held before it; 1 unless said'),
  minutes: z.int().positive().max(1440).optional().describe('the longest one turn may take; 30 unless said'),
});

const VariableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a variable of the environment');

/** An agent that speaks the Agent Client Protocol: one Tercet knows, or any other. */
const AcpAgent = CodingAgent.extend({
  title: z.string().optional().describe('its name for people'),
  args: z
    .array(z.string())
    .optional()
    .describe(
      'arguments that make it speak ACP on its standard input and output; {folder}, {model}, {effort} are filled in',
    ),
  env: z
    .array(VariableName)
    .optional()
    .describe('names of variables of your environment that it gets beside the usual'),
  keys: z.array(VariableName).optional().describe('names of variables that hold a key it calls with'),
  authenticate: z.string().optional().describe('authentication method it is asked for before a session'),
  modes: z
    .strictObject({ write: z.string().optional(), read: z.string().optional() })
    .optional()
    .describe('session mode as executor (write) and as planner or reviewer (read)'),
  model: z
    .enum(['session', 'arguments'])
    .optional()
    .describe('how its model is chosen: asked of the session, or by {model} in its arguments alone'),
  commands: z
    .enum(['ours', 'own'])
    .optional()
    .describe(
      'ours: it runs commands through the client’s terminals, so they may be allowed, in the sandbox; own unless said',
    ),
  lineage: z.string().optional().describe('whose training produced its models, where the name does not tell'),
  priceAs: z.string().optional().describe('provider or exact id its models have in the price list'),
  login: z.string().optional().describe('what you type to log in, for messages'),
});
export type AcpAgentConfig = z.infer<typeof AcpAgent>;

const AgentName = /^[a-z0-9][a-z0-9_-]*$/i;

const SandboxMode = z.enum(['auto', 'require', 'off']);

/** The person's own file, in their configuration folder: everything a repository may say, and what only they may. */
export const UserConfig = z.strictObject({
  ...shared,
  roles: z
    .strictObject({
      planner: OwnRoleConfig.extend(Fallback).optional(),
      executor: OwnRoleConfig.extend({ ...Stronger, ...Fallback }).optional(),
      reviewer: OwnRoleConfig.extend(Fallback).optional(),
    })
    .optional(),
  sandbox: z
    .union([
      SandboxMode,
      z.strictObject({
        mode: SandboxMode.optional(),
        network: z.boolean().optional().describe('commands reach the network, and every server of this machine'),
        read: z
          .array(z.string().regex(/^(\/|~\/)/, 'a folder is absolute or begins with ~/'))
          .optional()
          .describe('more folders that commands may read'),
      }),
    ])
    .optional()
    .describe('how commands are confined: auto (ask where there is no sandbox), require, off'),
  unpriced: z.enum(['refuse', 'allow']).optional().describe('whether a model without a price may be called'),
  providers: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9_-]*$/i), Provider)
    .optional()
    .describe('OpenAI-compatible endpoints, or another base URL for a known provider'),
  agents: z
    .object({
      'claude-code': CodingAgent.optional(),
      codex: CodingAgent.optional(),
      cursor: CodingAgent.optional(),
    })
    .catchall(AcpAgent)
    .refine((agents) => Object.keys(agents).every((name) => AgentName.test(name)), {
      error: 'the name of an agent is letters, digits, - and _',
    })
    .optional()
    .describe('coding agents installed on this machine, by name: those Tercet knows, and any other that speaks ACP'),
  session: z
    .strictObject({
      review: z
        .enum(['hold', 'off'])
        .optional()
        .describe('hold: the end of a session with an unreviewed change is held once'),
    })
    .optional()
    .describe('sessions of coding agents that have our hooks'),
  prices: z.array(Price).optional(),
  trios: z.record(z.string(), z.strictObject({ planner: ModelId, executor: ModelId, reviewer: ModelId })).optional(),
});
export type UserConfig = z.infer<typeof UserConfig>;
