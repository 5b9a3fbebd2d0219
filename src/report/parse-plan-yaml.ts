import type { Document, LineCounter } from 'yaml';
import type { z } from 'zod';
import { Plan } from '../contract/plan.ts';
import { cleanLine } from './clean.ts';
import type { YamlModule } from './plan-yaml.ts';

/** One thing wrong with a plan file. `line` and `column` count from 1; `at` is the place in the plan, e.g. `tasks[0].files`. */
export interface PlanProblem {
  line: number;
  column: number;
  at: string;
  message: string;
}

export type ParsedPlan = { plan: Plan; problems: [] } | { plan: null; problems: PlanProblem[] };

// A plan of a hundred tasks is some 200 KiB; beyond that the file is not a plan.
const LARGEST = 1_048_576;
const MOST_PROBLEMS = 20;

/** Reads `plan.yaml` (or JSON, which is YAML). Never throws for what the text holds; at most 20 problems, in order of lines. */
export function parsePlanYaml(text: string, yaml: YamlModule): ParsedPlan {
  if (text.length > LARGEST) return refuse('the file is larger than 1 MiB: not a plan');
  if (text.trim() === '') return refuse('the file is empty');
  const lines = new yaml.LineCounter();
  try {
    const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
    if (document.errors.length > 0) {
      const problems = document.errors.map((error) => ({
        ...position(lines, error.pos[0]),
        at: '',
        message: error.message,
      }));
      return { plan: null, problems: tidy(problems) };
    }
    const parsed = Plan.safeParse(document.toJS(), { reportInput: true });
    if (parsed.success) return { plan: parsed.data, problems: [] };
    return { plan: null, problems: tidy(parsed.error.issues.flatMap((issue) => problemsOf(issue, document, lines))) };
  } catch (error) {
    // Nesting beyond the stack, or aliases that multiply beyond the parser's bound.
    return refuse(`the file cannot be read: ${cleanLine(error instanceof Error ? error.message : String(error))}`);
  }
}

function refuse(message: string): ParsedPlan {
  return { plan: null, problems: [{ line: 1, column: 1, at: '', message }] };
}

function tidy(problems: PlanProblem[]): PlanProblem[] {
  const sorted = problems.sort((a, b) => a.line - b.line || a.column - b.column);
  return sorted.slice(0, MOST_PROBLEMS).map((problem) => ({ ...problem, message: cleanLine(problem.message, 400) }));
}

type Issue = z.core.$ZodIssue;

function problemsOf(issue: Issue, document: Document, lines: LineCounter): PlanProblem[] {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(path);
    return issue.keys.map((key) => {
      const hint = known.length > 0 ? `; the keys here are ${known.join(', ')}` : '';
      return {
        ...locate(document, lines, [...path, key], true),
        at: placeOf(path),
        message: `there is no key "${key}"${hint}`,
      };
    });
  }
  return [{ ...locate(document, lines, path, false), at: placeOf(path), message: messageOf(issue, path) }];
}

const TYPE_WORDS: Record<string, string> = {
  string: 'text',
  array: 'a list',
  object: 'a block of keys and values',
  number: 'a number',
};

function messageOf(issue: Issue, path: readonly (string | number)[]): string {
  const name = path.at(-1) ?? 'the plan';
  const what = typeof name === 'number' ? `entry ${name + 1}` : name;
  const { input } = issue;
  if (input === undefined && issue.path.length > 0) return `${what} is missing`;
  switch (issue.code) {
    case 'invalid_type': {
      const expected = TYPE_WORDS[issue.expected] ?? issue.expected;
      const hint = issue.expected === 'string' && isPlain(input) && input !== null ? '; put it in quotes' : '';
      return `${what} must be ${expected}, but is ${kindOf(input)}${hint}`;
    }
    case 'invalid_value': {
      const allowed = issue.values.map(String).join(', ');
      return `${what} must be ${issue.values.length > 1 ? `one of ${allowed}` : allowed}, but is ${kindOf(input)}`;
    }
    case 'too_small':
      return typeof input === 'string' ? `${what} is empty` : `${what}: ${issue.message}`;
    default:
      return `${what}: ${issue.message}${typeof input === 'string' ? `, but is ${kindOf(input)}` : ''}`;
  }
}

function isPlain(value: unknown): boolean {
  return value === null || typeof value !== 'object';
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a block of keys and values';
  return typeof value === 'string' ? `"${cleanLine(value, 60)}"` : String(value);
}

/** The keys the schema has at a path, read from the schema itself. */
function knownKeys(path: readonly (string | number)[]): string[] {
  let schema: unknown = Plan;
  for (const step of path) {
    while (hasInner(schema)) schema = schema.def.innerType;
    if (typeof step === 'number') schema = (schema as { def?: { element?: unknown } }).def?.element;
    else schema = (schema as { shape?: Record<string, unknown> }).shape?.[step];
  }
  return Object.keys((schema as { shape?: object } | undefined)?.shape ?? {});
}

function hasInner(schema: unknown): schema is { def: { innerType: unknown } } {
  return typeof schema === 'object' && schema !== null && 'def' in schema && 'innerType' in (schema.def as object);
}

function placeOf(path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (at, step) => (typeof step === 'number' ? `${at}[${step}]` : at === '' ? step : `${at}.${step}`),
    '',
  );
}

interface Ranged {
  range?: [number, number, number] | null;
}

/** Where a path stands in the text: its value (or key), or the nearest parent that exists. */
function locate(document: Document, lines: LineCounter, path: readonly (string | number)[], key: boolean) {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const offset = offsetOf(document, path.slice(0, depth), key && depth === path.length);
    if (offset !== null) return position(lines, offset);
  }
  return position(lines, 0);
}

function offsetOf(document: Document, path: readonly (string | number)[], key: boolean): number | null {
  const name = path.at(-1);
  if (key || typeof name === 'string') {
    // A key's own place reads better than that of the block below it.
    const parent = document.getIn(path.slice(0, -1), true) as
      | { items?: { key?: Ranged & { value?: unknown } }[] }
      | undefined;
    const pair = parent?.items?.find((item) => item.key?.value === name);
    return pair?.key?.range?.[0] ?? null;
  }
  const node = (path.length === 0 ? document.contents : document.getIn(path, true)) as Ranged | undefined | null;
  return node?.range?.[0] ?? null;
}

function position(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}
