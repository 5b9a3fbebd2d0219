import { z } from 'zod';
import { TercetError } from '../../contract/errors.ts';
import { ChangeRequest } from '../../contract/plan.ts';
import type { Edit } from '../../edits/edit.ts';
import { explainProblems } from '../../edits/explain.ts';
import { renderBrief } from '../../handoff/brief.ts';
import { refuse } from '../../handoff/scope.ts';
import type { ToolCall, ToolSpec } from '../../ports/agent.ts';
import { jsonSchemaOf } from '../calls/ask.ts';
import type { RunContext } from '../run-context.ts';
import { applyTo } from './apply-to.ts';
import { makeBrief } from './brief.ts';
import { decideChangeRequest } from './change-request.ts';
import { proveTask, scopeOfRun } from './prove.ts';
import type { TaskRun } from './task-run.ts';

/** What an executor may do. Reading is bounded to the worktree, writing to the task's scope. */
interface Tool<T> {
  description: string;
  input: z.ZodType<T>;
  use(ctx: RunContext, run: TaskRun, input: T): Promise<string>;
}

/** Characters of a tool's answer: one file of ordinary size. */
const ANSWER_CHARS = 24_000;

function tool<T>(definition: Tool<T>): Tool<T> {
  return definition;
}

const BOX = {
  read_file: tool({
    description: 'Read a file, or lines first..last of it.',
    input: z.strictObject({ path: z.string(), first: z.number().int().nullable(), last: z.number().int().nullable() }),
    async use(_, run, { path, first, last }) {
      const text = await run.worktree.read(path);
      if (text === null) throw new TercetError('repository', `${path} does not exist.`);
      return first === null && last === null
        ? text
        : text
            .split('\n')
            .slice(Math.max(1, first ?? 1) - 1, Math.max(0, last ?? Number.POSITIVE_INFINITY))
            .join('\n');
    },
  }),
  search: tool({
    description: 'Find lines that contain a text, in files whose path contains path_part.',
    input: z.strictObject({ text: z.string().min(1), path_part: z.string() }),
    async use(ctx, run, { text, path_part }) {
      const paths = (await ctx.repository.tree(await run.worktree.head())).filter(
        (e) => e.path.includes(path_part) && (e.bytes ?? 0) < 200_000,
      );
      const found: string[] = [];
      for (const { path } of paths.slice(0, 2000)) {
        const content = await run.worktree.read(path).catch(() => null);
        for (const [index, line] of (content ?? '').split('\n').entries()) {
          if (line.includes(text)) found.push(`${path}:${index + 1}: ${line.trim().slice(0, 200)}`);
        }
        if (found.length >= 50) break;
      }
      return found.length === 0 ? 'nothing found' : found.slice(0, 50).join('\n');
    },
  }),
  edit_file: tool({
    description: 'Replace whole lines, copied exactly, that stand once in a file.',
    input: z.strictObject({ path: z.string(), search: z.string(), replace: z.string() }),
    async use(ctx, run, { path, search, replace }) {
      guard(ctx, run, path, 'modify');
      return apply(run, { kind: 'replace', path, search, replace, at: 1 });
    },
  }),
  write_file: tool({
    description: 'Write a whole file.',
    input: z.strictObject({ path: z.string(), content: z.string() }),
    async use(ctx, run, { path, content }) {
      guard(ctx, run, path, 'modify');
      return apply(run, { kind: 'write', path, content, at: 1 });
    },
  }),
  delete_file: tool({
    description: 'Delete a file.',
    input: z.strictObject({ path: z.string() }),
    async use(ctx, run, { path }) {
      guard(ctx, run, path, 'delete');
      return apply(run, { kind: 'delete', path, at: 1 });
    },
  }),
  run_checks: tool({
    description: 'Run the checks of the task.',
    input: z.strictObject({}),
    async use(ctx, run) {
      const proof = await proveTask(ctx, run);
      return proof.done ? 'all checks pass' : proof.reason;
    },
  }),
  request_change: tool({
    description: 'When the task cannot be done as planned: ask the planner.',
    input: ChangeRequest.omit({ task: true }),
    async use(ctx, run, input) {
      const before = run.task;
      const decided = await decideChangeRequest(ctx, run, { ...input, task: run.task.id });
      return run.task === before ? decided : `${decided}\nThe task is now:\n${renderBrief(await makeBrief(ctx, run))}`;
    },
  }),
};

export const TOOLS: readonly ToolSpec[] = Object.entries(BOX).map(([name, { description, input }]) => ({
  name,
  description,
  input: jsonSchemaOf(input),
}));

/** Whether a call's arguments are no JSON, or not what the tool takes. A tool that does not exist is another matter. */
export function isMalformed(call: ToolCall): boolean {
  if (call.malformed !== null) return true;
  const known = Object.hasOwn(BOX, call.name) ? (BOX[call.name as keyof typeof BOX] as Tool<unknown>) : null;
  return known !== null && !known.input.safeParse(call.input).success;
}

/** Carries out one call. What a model gets wrong is an answer to it, never an exception of the run. */
export async function useTool(
  ctx: RunContext,
  run: TaskRun,
  call: ToolCall,
): Promise<{ text: string; isError: boolean }> {
  const known = Object.hasOwn(BOX, call.name) ? (BOX[call.name as keyof typeof BOX] as Tool<unknown>) : null;
  if (known === null) return { text: `there is no tool ${call.name}`, isError: true };
  if (call.malformed !== null) return { text: `the arguments are not JSON: ${call.malformed}`, isError: true };
  const input = known.input.safeParse(call.input);
  if (!input.success) return { text: z.prettifyError(input.error), isError: true };
  try {
    const text = await known.use(ctx, run, input.data);
    return {
      text:
        text.length > ANSWER_CHARS
          ? `${text.slice(0, ANSWER_CHARS)}\n(cut: ${text.length - ANSWER_CHARS} characters more)`
          : text,
      isError: false,
    };
  } catch (error) {
    if (error instanceof TercetError && error.code === 'repository') return { text: error.message, isError: true };
    throw error;
  }
}

function guard(ctx: RunContext, run: TaskRun, path: string, action: 'modify' | 'delete'): void {
  const reason = refuse(scopeOfRun(run), path, action);
  if (reason === null) return;
  ctx.emit({ type: 'scope.refused', task: run.task.id, paths: [path], reason });
  throw new TercetError('repository', `${reason} Use request_change if the task needs it.`);
}

async function apply(run: TaskRun, edit: Edit): Promise<string> {
  const applied = await applyTo(run.worktree, [edit]);
  if (!applied.ok) throw new TercetError('repository', explainProblems(applied.problems));
  return ['done', ...applied.notes].join('\n');
}
