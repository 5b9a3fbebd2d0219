import { packContext, packNeeds } from '../../context/index.ts';
import { TercetError } from '../../contract/errors.ts';
import { type LintIssue, Plan, PlannerAnswer } from '../../contract/plan.ts';
import { explainLint } from '../../handoff/lint-plan.ts';
import { fence } from '../../handoff/prompt.ts';
import type { TurnMessage } from '../../ports/agent.ts';
import { ask } from '../calls/ask.ts';
import { sectionOf } from '../calls/section.ts';
import { compactOnce } from '../calls/too-long.ts';
import type { RunContext } from '../run-context.ts';
import { answerQuestions } from './questions.ts';
import { lintHere, type RepositoryView } from './repository-view.ts';

/** A plan without lint errors; warnings are for the person. */
export interface LintedPlan {
  plan: Plan;
  issues: LintIssue[];
}

/**
 * Asks the planner for a plan and lints it against the repository, in bounded rounds: it may ask to see more of the
 * code, its questions go to the person, its lint errors go back to it.
 * @throws TercetError `plan-rejected` when errors are left after the last round; no execution call was made by then.
 */
export async function makePlan(ctx: RunContext, view: RepositoryView): Promise<LintedPlan> {
  const how = 'a quarter of the repository’s context';
  return compactOnce(ctx, { role: 'planner', task: null, how, share: 0.25 }, (share) => planWith(ctx, view, share));
}

/** `share`: how much of the context that may be shown is shown. */
async function planWith(ctx: RunContext, view: RepositoryView, share: number): Promise<LintedPlan> {
  const budgetTokens = Math.ceil(ctx.settings.contextTokens * share);
  let messages: TurnMessage[] = [{ role: 'user', text: firstMessage(ctx, view, budgetTokens) }];
  let lintRounds = 0;
  let needRounds = 0;
  let assumptions: string[] = [];
  for (;;) {
    const answered = await ask(ctx, ctx.agents.planner, {
      role: 'planner',
      purpose: messages.length === 1 ? 'plan' : 'replan',
      task: null,
      system: sectionOf(ctx, 'planner', 'system'),
      messages,
      name: 'plan',
      schema: PlannerAnswer,
    });
    const { needs, questions, ...rest } = answered.value;
    if (needs.length > 0 && needRounds < ctx.settings.planRounds) {
      needRounds++;
      messages = [...answered.messages, { role: 'user', text: await showNeeds(ctx, view, needs, budgetTokens * 4) }];
      continue;
    }
    if (questions.length > 0 && assumptions.length === 0) {
      const answers = await answerQuestions(ctx, questions);
      assumptions = answers.assumptions;
      if (answers.changed) {
        messages = [
          ...answered.messages,
          { role: 'user', text: `The person answers:\n${answers.text}\nGive the whole plan again, without questions.` },
        ];
        continue;
      }
    }
    const { plan, issues } = await lintAnswer(ctx, view, { ...rest, assumptions });
    ctx.emit({ type: 'plan.linted', round: lintRounds + 1, issues });
    if (plan !== null && !issues.some((issue) => issue.severity === 'error')) return { plan, issues };
    if (lintRounds++ >= ctx.settings.planRounds) throw rejected(issues, lintRounds);
    const errors = issues.filter((issue) => issue.severity === 'error');
    messages = [
      ...answered.messages,
      {
        role: 'user',
        text: `Your plan breaks these rules:\n${explainLint(errors)}\nGive the whole plan again, mended.`,
      },
    ];
  }
}

function firstMessage(ctx: RunContext, view: RepositoryView, budgetTokens: number): string {
  const packed = packContext({
    request: ctx.request.text,
    paths: view.paths,
    sources: view.sources,
    budgetTokens,
  });
  const parts = [fence('repository', packed.text)];
  if (ctx.request.context !== undefined) parts.push(fence('context', ctx.request.context));
  if (ctx.settings.conventions.length > 0) parts.push(fence('conventions', ctx.settings.conventions.join('\n')));
  if (ctx.settings.checks.length > 0) {
    parts.push(`Run after every task:\n${fence('checks', ctx.settings.checks.join('\n'))}`);
  }
  parts.push(fence('request', ctx.request.text));
  return parts.join('\n');
}

async function showNeeds(
  ctx: RunContext,
  view: RepositoryView,
  needs: readonly string[],
  budgetTokens: number,
): Promise<string> {
  const paths = new Set(view.paths);
  const unread = needs.filter((need) => paths.has(need) && !view.texts.has(need));
  for (const [path, text] of await ctx.repository.read(ctx.request.base, unread)) {
    view.texts.set(path, text);
    if (text !== null) view.sources.push({ path, text });
  }
  const packed = packNeeds({
    needs,
    sources: view.sources,
    paths: view.paths,
    budgetTokens,
  });
  ctx.emit({ type: 'context.requested', needs: [...needs], given: packed.given, missing: packed.missing });
  const missing = packed.missing.length === 0 ? '' : `\nNot in the repository: ${packed.missing.join(', ')}`;
  return `${fence('repository', packed.text)}${missing}\nNow give the plan.`;
}

async function lintAnswer(
  ctx: RunContext,
  view: RepositoryView,
  answer: object,
): Promise<{ plan: Plan | null; issues: LintIssue[] }> {
  const parsed = Plan.safeParse(answer);
  if (parsed.success) return { plan: parsed.data, issues: await lintHere(ctx, view, parsed.data) };
  const issues = parsed.error.issues.map(
    (issue): LintIssue => ({
      rule: 'plan-schema',
      severity: 'error',
      at: issue.path.join('.'),
      task: null,
      message: issue.message,
    }),
  );
  return { plan: null, issues };
}

function rejected(issues: readonly LintIssue[], rounds: number): TercetError {
  const errors = issues.filter((issue) => issue.severity === 'error');
  return new TercetError(
    'plan-rejected',
    rounds === 1
      ? `The plan was refused; nothing was executed. What is wrong with it:\n${explainLint(errors)}`
      : `The plan was refused ${rounds} times; nothing was executed. What is wrong with the last one:\n${explainLint(errors)}`,
    {
      hint: 'Say in the request which files and what behaviour you mean, or write plan.yaml yourself and run `tercet execute plan.yaml`.',
    },
  );
}
