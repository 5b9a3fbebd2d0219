import path from 'node:path';
import type { Budgets, RepositoryConfig, UserConfig } from '../../contract/config.ts';
import { TercetError } from '../../contract/errors.ts';
import type { Overrides } from '../../contract/order.ts';
import { type Effort, ROLES, type Role } from '../../contract/role.ts';
import { type Budget, DEFAULT_SETTINGS, type Settings } from '../../contract/settings.ts';
import type { Unit } from '../../contract/usage.ts';
import { compareUsd, formatUsd, parseUsd } from '../../pricing/usd.ts';
import { TRIOS } from '../agents/trios.ts';
import type { Config } from './read-config.ts';

/** The three models and what else a role's configuration says. */
export interface RoleChoice {
  model: string;
  lineage: string | null;
  /** A prompt file of the person's own, absolute; null for the role's own. */
  prompt: string | null;
}

export interface Merged {
  settings: Settings;
  roles: Record<Role, RoleChoice>;
  stronger: string | null;
  /** The model that stands in for a role's own; null where there is none. */
  fallbacks: Record<Role, string | null>;
  /** Name of the trio the models started from. */
  trio: string;
}

/** Defaults, then the person's file, then the repository's, then flags. A repository can lower the budget, not raise it. */
export function mergeSettings(config: Config, overrides: Overrides): Merged {
  const layers: Layer[] = [config.user, config.repository];
  const settings = layers.reduce(applyLayer, DEFAULT_SETTINGS);
  const budgetUsd = amount(overrides.budgetUsd ?? budgetOf(config));
  const trio = overrides.trio ?? config.repository.trio ?? config.user.trio ?? 'frontier';
  const models = trioOf(trio, config.user);
  const roles = Object.fromEntries(
    ROLES.map((role) => [role, choose(role, models[role], config, overrides)]),
  ) as Record<Role, RoleChoice>;
  return {
    settings: {
      ...settings,
      budgetUsd,
      budgets: budgetsOf(config),
      unpriced: config.user.unpriced ?? settings.unpriced,
      sandbox: sandboxOf(config),
      fixRounds: overrides.fixRounds ?? settings.fixRounds,
      planning: overrides.planning ?? settings.planning,
      approval: overrides.approval ?? settings.approval,
      roles: withEfforts(settings.roles, overrides.efforts ?? {}),
    },
    roles,
    fallbacks: Object.fromEntries(
      ROLES.map((role) => [role, config.user.roles?.[role]?.fallback ?? null]),
    ) as Merged['fallbacks'],
    stronger: config.repository.roles?.executor?.stronger ?? config.user.roles?.executor?.stronger ?? null,
    trio,
  };
}

/** What the later file replaces; the sandbox is merged by a rule of its own. */
type Layer = Omit<RepositoryConfig, 'sandbox'>;

function applyLayer(settings: Settings, layer: Layer): Settings {
  const { limits = {}, review = {} } = layer;
  const roles = { ...settings.roles };
  for (const role of ROLES) {
    const { effort, maxOutputTokens } = layer.roles?.[role] ?? {};
    roles[role] = {
      effort: effort ?? roles[role].effort,
      maxOutputTokens: maxOutputTokens ?? roles[role].maxOutputTokens,
    };
  }
  return {
    ...settings,
    roles,
    planning: layer.planning ?? settings.planning,
    checks: layer.checks ?? settings.checks,
    conventions: layer.conventions ?? settings.conventions,
    servedModel: layer.servedModel ?? settings.servedModel,
    lineage: review.lineage ?? settings.lineage,
    blocking: review.blocking ?? settings.blocking,
    fixRounds: review.rounds ?? settings.fixRounds,
    reviewTokens: review.tokens ?? settings.reviewTokens,
    planRounds: limits.planRounds ?? settings.planRounds,
    contextTokens: limits.contextTokens ?? settings.contextTokens,
    repairs: limits.repairs ?? settings.repairs,
    toolSteps: limits.toolSteps ?? settings.toolSteps,
    changeRequests: limits.changeRequests ?? settings.changeRequests,
    commandTimeoutMs: limits.commandSeconds === undefined ? settings.commandTimeoutMs : limits.commandSeconds * 1000,
  };
}

/** A budget as an exact decimal string. @throws TercetError `usage` for what is no amount, or below zero. */
function amount(budget: string): string {
  try {
    const pico = parseUsd(budget);
    if (pico >= 0n) return formatUsd(pico);
  } catch {
    // Said below, as for an amount below zero.
  }
  throw new TercetError('usage', `${JSON.stringify(budget)} is not an amount for a budget.`, {
    hint: 'Give US dollars, 0 or more, e.g. 0.50.',
  });
}

function budgetOf({ user, repository }: Config): string {
  const own = least(user.budget, user.budgets?.run) ?? DEFAULT_SETTINGS.budgetUsd;
  return least(own, repository.budget, repository.budgets?.run) ?? own;
}

const PERIODS = ['run', 'day', 'month'] as const;
const OTHER_UNITS = ['credits', 'subscription-calls'] as const;

/** Every cap but the run's own in dollars; the lower of what the person's file and the repository's say. */
function budgetsOf({ user, repository }: Config): Budget[] {
  const cap = (scope: Budget['scope'], unit: Unit): Budget[] => {
    const of = (budgets: Budgets | undefined) => (unit === 'usd' ? budgets : budgets?.[unit])?.[scope];
    const amount = least(of(user.budgets), of(repository.budgets));
    return amount === null ? [] : [{ scope, unit, amount }];
  };
  return [
    ...cap('day', 'usd'),
    ...cap('month', 'usd'),
    ...OTHER_UNITS.flatMap((unit) => PERIODS.flatMap((scope) => cap(scope, unit))),
  ];
}

/** The smallest amount that was said; null when none was. */
function least(...amounts: readonly (string | number | undefined)[]): string | null {
  const said = amounts.flatMap((amount) => (amount === undefined ? [] : [formatUsd(parseUsd(String(amount)))]));
  return said.toSorted(compareUsd)[0] ?? null;
}

/** The person's own; a repository can only tighten it. */
function sandboxOf({ user, repository }: Config): Settings['sandbox'] {
  const own = typeof user.sandbox === 'string' ? { mode: user.sandbox } : user.sandbox;
  const { mode, network, read } = { network: undefined, read: undefined, ...own };
  return {
    mode: repository.sandbox ?? mode ?? DEFAULT_SETTINGS.sandbox.mode,
    network: network ?? DEFAULT_SETTINGS.sandbox.network,
    read: read ?? DEFAULT_SETTINGS.sandbox.read,
  };
}

function trioOf(name: string, user: UserConfig): Record<Role, string> {
  const own = user.trios !== undefined && Object.hasOwn(user.trios, name) ? user.trios[name] : undefined;
  const preset = Object.hasOwn(TRIOS, name) ? TRIOS[name] : undefined;
  const trio = own ?? preset;
  if (trio !== undefined) return trio;
  const known = [...Object.keys(TRIOS), ...Object.keys(user.trios ?? {})].join(', ');
  throw new TercetError('config', `There is no trio "${name}".`, { hint: `Known trios: ${known}.` });
}

function choose(role: Role, preset: string, config: Config, overrides: Overrides): RoleChoice {
  const user = config.user.roles?.[role];
  const repository = config.repository.roles?.[role];
  const flag = overrides.models?.[role];
  // A trio asked for on the command line wins over models in the files; a model asked for there wins over all.
  const model = flag ?? (overrides.trio === undefined ? (repository?.model ?? user?.model) : undefined) ?? preset;
  if (!/^[a-z0-9][a-z0-9_-]*\/\S+$/i.test(model)) {
    throw new TercetError('usage', `"${model}" is not a model id.`, {
      hint: 'A model is provider/model, e.g. anthropic/claude-haiku-5-5; `tercet models` lists them.',
    });
  }
  const prompt = user?.prompt === undefined ? null : path.resolve(path.dirname(config.userFile), user.prompt);
  // What the person says of their model's lineage holds for that model, not for one a flag or a repository puts in its place.
  const lineage = model === (user?.model ?? preset) ? (user?.lineage ?? null) : null;
  return { model, lineage, prompt };
}

function withEfforts(roles: Settings['roles'], efforts: Partial<Record<Role, Effort>>): Settings['roles'] {
  return Object.fromEntries(
    ROLES.map((role) => [role, { ...roles[role], effort: efforts[role] ?? roles[role].effort }]),
  ) as Settings['roles'];
}
