import type { Question } from '../../contract/plan.ts';
import { digest, type RunContext } from '../run-context.ts';
import { step } from '../step.ts';

/** What came of the planner's questions. `changed` when an answer differs from what the planner assumed. */
export interface Answers {
  assumptions: string[];
  changed: boolean;
  text: string;
}

/** Puts the questions to the person; where there is none, the planner's assumptions stand and are listed in the plan. */
export function answerQuestions(ctx: RunContext, questions: readonly Question[]): Promise<Answers> {
  return step(ctx, `answers:${digest(questions).slice(0, 16)}`, () => askPerson(ctx, questions));
}

async function askPerson(ctx: RunContext, questions: readonly Question[]): Promise<Answers> {
  for (const question of questions) ctx.emit({ type: 'question.asked', question });
  const given = ctx.person === null ? questions.map(() => null) : await ctx.person.answer(questions, ctx.signal);
  const lines: string[] = [];
  let changed = false;
  for (const [index, { question, assumption }] of questions.entries()) {
    const answer = given[index] ?? null;
    const stands = answer === null || answer.trim() === '' || answer.trim() === assumption;
    if (!stands) changed = true;
    const said = stands ? assumption : answer.trim();
    ctx.emit({ type: 'question.answered', question, answer: said, by: answer === null ? 'assumption' : 'person' });
    lines.push(`${question} — ${said}${answer === null ? ' (assumed)' : ''}`);
  }
  return { assumptions: lines, changed, text: lines.join('\n') };
}
