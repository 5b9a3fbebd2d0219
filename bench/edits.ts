/**
 * Runs real and published edits of models through src/edits and counts what is written: `node bench/edits.ts [cases.jsonl]`.
 * Each line of the file is one case: the original files, the edit as the model wrote it, and the files another tool got.
 */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { applyEdits } from '../src/edits/apply-edits.ts';
import { parseAnswer } from '../src/edits/parse-answer.ts';

interface Case {
  id: string;
  format: string;
  original: Record<string, string | null>;
  edit_text: string;
  expected: Record<string, string | null> | null;
  outcome: 'apply' | 'fail' | 'parse_error' | 'valid' | 'invalid' | 'elision';
}

/** Cases whose expectation is another tool's policy, and why ours differs. Counted apart, never as right. */
const DISPUTED: Readonly<Record<string, { here: Verdict; why: string }>> = {
  'cline/010': {
    here: 'wrong',
    why: "the file's line is indented by one space, the search is not: the replacement is indented alike here, flush left there",
  },
  'aider-history-01957': {
    here: 'wrong',
    why: 'the first block is already done in the file (its eight lines stand there once), so the second is applied; aider fails',
  },
  'continue/no-lazy.js.diff': {
    here: 'wrong',
    why: 'the fragment holds no elision; wrapped as a whole file by this bench, it is one as far as anybody can tell',
  },
  'roo-markers/005': { here: 'exact', why: 'text after SEARCH is tolerated, a ">" after spaces too' },
  'roo-markers/055': {
    here: 'refused',
    why: 'a backslash before a marker is an escape there; here it is refused, since it could be content',
  },
};

type Verdict = 'exact' | 'refused' | 'wrong';
interface Judged {
  verdict: Verdict;
  /** Whether the verdict is the one the case calls for. */
  wanted: boolean;
  why: string;
}

const WHOLE_FILE = 'lazy_whole(elision)';

/** The fixtures of some tools leave the path to the caller; a case with one nameless file says so by the key `file`. */
function setUp(it: Case): {
  answer: string;
  files: Map<string, string | null>;
  expected: Map<string, string | null> | null;
} {
  const named = it.edit_text.startsWith('test.ts\n');
  const rename = (path: string) => (path === 'file' && named ? 'test.ts' : path);
  const renamed = (files: Record<string, string | null>) =>
    new Map(Object.entries(files).map(([path, text]) => [rename(path), text]));
  const answer = it.format === WHOLE_FILE ? `file\n<<<<<<< FILE\n${it.edit_text}\n>>>>>>> FILE` : it.edit_text;
  return { answer, files: renamed(it.original), expected: it.expected === null ? null : renamed(it.expected) };
}

function judge(it: Case): Judged {
  const { answer, files, expected } = setUp(it);
  const lint = it.outcome === 'valid' || it.outcome === 'invalid';
  const parsed = parseAnswer(answer, { known: new Set(lint ? ['file'] : files.keys()) });
  const [malformed] = parsed.problems;
  if (lint) {
    const valid = malformed === undefined;
    return {
      verdict: valid ? 'exact' : 'refused',
      wanted: valid === (it.outcome === 'valid'),
      why: malformed?.message ?? 'read without a problem',
    };
  }
  if (malformed !== undefined) return { verdict: 'refused', wanted: it.outcome !== 'apply', why: malformed.message };
  const applied = applyEdits(parsed.edits, files);
  if (!applied.ok) {
    return {
      verdict: 'refused',
      wanted: it.outcome !== 'apply',
      why: applied.problems.map((one) => one.message).join('\n'),
    };
  }
  if (it.outcome !== 'apply' || expected === null) {
    return { verdict: 'wrong', wanted: false, why: `applied, though the case says ${it.outcome}` };
  }
  const paths = [...new Set([...files.keys(), ...expected.keys(), ...applied.files.keys()])];
  const now = (path: string) => (applied.files.has(path) ? applied.files.get(path) : files.get(path)) ?? null;
  const off = paths.filter((path) => now(path) !== (expected.get(path) ?? null));
  return off.length === 0
    ? { verdict: 'exact', wanted: true, why: applied.notes.join('; ') }
    : { verdict: 'wrong', wanted: false, why: `differs from the expected text: ${off.join(', ')}` };
}

function main(): void {
  const { positionals } = parseArgs({ allowPositionals: true, strict: true });
  const path = positionals[0] ?? new URL('../../shared/edits/cases.jsonl', import.meta.url).pathname;
  if (!existsSync(path)) {
    console.log(`edits: no cases at ${path}; give a file of cases as the argument`);
    return;
  }
  const cases = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Case);
  const rows = new Map<string, { cases: number; exact: number; refused: number; wrong: number; disputed: number }>();
  const rest: string[] = [];
  const started = performance.now();
  for (const it of cases) {
    const key = `${it.format}, ${it.outcome}`;
    const row = rows.get(key) ?? { cases: 0, exact: 0, refused: 0, wrong: 0, disputed: 0 };
    const { verdict, wanted, why } = judge(it);
    row.cases += 1;
    const known = wanted ? undefined : DISPUTED[it.id];
    const dispute = known?.here === verdict ? known.why : undefined;
    row[dispute === undefined ? verdict : 'disputed'] += 1;
    rows.set(key, row);
    if (dispute !== undefined) rest.push(`disputed ${it.id} (${it.outcome}, here ${verdict}): ${dispute}`);
    else if (!wanted) rest.push(`${verdict === 'wrong' ? 'WRONG' : verdict} ${it.id} (${it.outcome}): ${why}`);
  }
  const ms = performance.now() - started;
  console.table(Object.fromEntries([...rows].sort(([a], [b]) => (a < b ? -1 : 1))));
  console.log(`${cases.length} cases in ${ms.toFixed(0)} ms`);
  console.log(`\nNot as the case says:\n\n${rest.join('\n\n')}`);
}

main();
