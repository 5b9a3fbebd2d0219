import type { Rule } from './rule.ts';

/** What an executor can hold in view, and a person in one commit. */
const MAX_FILES = 8;

export const sizeRules: readonly Rule[] = [
  {
    id: 'task-without-files',
    severity: 'error',
    summary: 'Every task names the files it changes.',
    *check({ plan }) {
      for (const [index, task] of plan.tasks.entries()) {
        if (task.files.length > 0) continue;
        const message = `${task.id} names no file. List each file it creates, modifies or deletes; a task without any is no task.`;
        yield { at: `tasks[${index}].files`, task, message };
      }
    },
  },
  {
    id: 'task-too-large',
    severity: 'warning',
    summary: `A task changes at most ${MAX_FILES} files.`,
    *check({ plan }) {
      for (const [index, task] of plan.tasks.entries()) {
        if (task.files.length <= MAX_FILES) continue;
        const message = `${task.id} changes ${task.files.length} files. Split it into tasks of at most ${MAX_FILES}.`;
        yield { at: `tasks[${index}].files`, task, message };
      }
    },
  },
];
