import type { Task } from '../../contract/plan.ts';
import { concreteness, contentWords } from '../concrete.ts';
import type { Rule } from './rule.ts';
import { isVagueCriterion } from './vague-criterion.ts';

const CODE_LINE =
  /[;{}]\s*$|=>\s*[{(]|^\s*(?:const|let|var|function|import|export|def|class|return|if|for|while|async|public|private|fn|func)\b.*[({;:=]/u;

export const vagueRules: readonly Rule[] = [
  {
    id: 'task-vague',
    severity: 'error',
    summary: 'The behaviour says what the code does afterwards, not only what the task is called.',
    *check({ plan }) {
      for (const [index, task] of plan.tasks.entries()) {
        const why = whyVague(task);
        if (!why) continue;
        const message = `The behaviour of ${task.id} ${why}. Say what the code does afterwards: which input gives which result, what happens at the edges, by which names.`;
        yield { at: `tasks[${index}].behaviour`, task, message };
      }
    },
  },
  {
    id: 'plan-contains-code',
    severity: 'warning',
    summary: 'The planner describes behaviour and signatures; it writes no code.',
    *check({ plan }) {
      for (const [index, task] of plan.tasks.entries()) {
        const lines = task.behaviour.split('\n');
        const fenced = lines.some((line) => /^\s*(?:```|~~~)/u.test(line));
        if (!fenced && lines.filter((line) => CODE_LINE.test(line)).length < 3) continue;
        const message = `The behaviour of ${task.id} contains code. Describe what it does, and give signatures in symbols.`;
        yield { at: `tasks[${index}].behaviour`, task, message };
      }
    },
  },
];

/**
 * Why a task is too vague to be executed, as the end of "the behaviour …", or null. Concrete is what has an outcome, a
 * value or a condition about something: "returns 404 instead of 500 for an unknown id" passes at any length, "implement
 * a robust authentication system with proper error handling" at none. Criteria that can be checked make up for a short
 * behaviour that names its place in the code ("fix the off-by-one in `paginate`").
 */
export function whyVague(task: Pick<Task, 'title' | 'behaviour' | 'criteria'>): string | null {
  const said = concreteness(task.behaviour);
  const words = new Set(said.words);
  if (said.outcomes > 0 && (words.size >= 3 || (words.size >= 2 && (said.values || said.names > 0)))) return null;
  if (said.values && words.size >= 3) return null;
  if (said.values && said.names > 0 && words.size >= 2) return null;
  if (said.condition && words.size >= 4) return null;
  const checkable = task.criteria.some(({ text }) => {
    const criterion = concreteness(text);
    return !isVagueCriterion(text) && (criterion.values || criterion.outcomes > 0) && criterion.words.length >= 2;
  });
  if (said.names + said.outcomes > 0 && words.size >= 2 && checkable) return null;
  const title = contentWords(task.title);
  if ([...words].every((word) => title.has(word))) return 'says no more than its title';
  if (words.size < 3) return `says too little (${quoted(task.behaviour)})`;
  return 'names no outcome: nothing that can be seen, no value, no condition';
}

function quoted(text: string): string {
  const line = text.replace(/\s+/gu, ' ').trim();
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 59)}…` : line);
}
