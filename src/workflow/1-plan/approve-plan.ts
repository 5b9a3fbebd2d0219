import { TercetError } from '../../contract/errors.ts';
import type { Plan } from '../../contract/plan.ts';
import { explainLint } from '../../handoff/lint-plan.ts';
import { parsePlanYaml } from '../../report/parse-plan-yaml.ts';
import type { RunContext } from '../run-context.ts';
import type { LintedPlan } from './make-plan.ts';
import { lintHere, type RepositoryView } from './repository-view.ts';
import { writePlan } from './write-plan.ts';

/**
 * Writes `plan.yaml` into the run's folder and, where a person is there and approval is asked for, waits for their word.
 * An edited file is read and linted again; the edited plan is the one that is executed.
 * @throws TercetError `cancelled` when the person says no, `parked` when approval is wanted and nobody can be asked.
 */
export async function approvePlan(ctx: RunContext, view: RepositoryView, linted: LintedPlan): Promise<Plan> {
  const file = await writePlan(ctx, linted.plan);
  ctx.emit({ type: 'plan.ready', plan: linted.plan, file });
  if (ctx.settings.approval === 'skip') {
    ctx.emit({ type: 'plan.approved', by: 'flag' });
    return linted.plan;
  }
  if (ctx.person === null) {
    throw new TercetError(
      'parked',
      'The plan waits for approval, and there is no terminal to ask at; nothing was executed.',
      {
        hint: `Read ${file}, then \`tercet execute ${file}\`; or run with --yes to go on without approval.`,
      },
    );
  }
  const yaml = await import('yaml');
  let { plan, issues } = linted;
  let problem: string | null = null;
  for (;;) {
    const warnings = issues.filter((issue) => issue.severity === 'warning');
    const word = await ctx.person.approve({ plan, file, warnings, problem }, ctx.signal);
    if (word === 'rejected') {
      throw new TercetError('cancelled', 'The plan was not approved; nothing was executed.', {
        hint: `It is kept in ${file}.`,
      });
    }
    if (word === 'approved' && problem === null) {
      if (plan !== linted.plan) ctx.emit({ type: 'plan.ready', plan, file });
      ctx.emit({ type: 'plan.approved', by: 'person' });
      return plan;
    }
    const parsed = parsePlanYaml((await ctx.store.read(ctx.run, 'plan.yaml')) ?? '', yaml);
    if (parsed.plan === null) {
      problem = parsed.problems.map(({ line, message }) => `line ${line}: ${message}`).join('\n');
      continue;
    }
    plan = parsed.plan;
    issues = await lintHere(ctx, view, plan);
    const errors = issues.filter((issue) => issue.severity === 'error');
    problem = errors.length === 0 ? null : explainLint(errors);
  }
}
