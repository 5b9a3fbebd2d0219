import type { z } from 'zod';
import type { PlanProposal } from '../../ports/person.ts';
import type { Open } from '../runs/desk.ts';
import { plainly } from '../runs/plain.ts';
import { type FileName, lookUp } from '../runs/run-state.ts';
import type { FoundRun, Library } from './find-run.ts';
import type { OpenQuestion, Run } from './schemas.ts';

/** Where the files of a run are, below it. */
const PATHS: Record<FileName, readonly [string, string][]> = {
  plan: [['plan', '/plan']],
  diff: [['change', '/change']],
  review: [
    ['review', '/review'],
    ['sarif', '/report.sarif'],
  ],
  report: [['report', '/report.md']],
};

/** The path of a run. */
export function pathOf(run: string): string {
  return `/v1/runs/${run}`;
}

/** A run as its status says it, without keys and without characters that hide or steer. */
export async function describeRun(library: Library, found: FoundRun, webhook: Run['webhook']): Promise<Run> {
  const { live, id, shelf } = found;
  const { state, files, result } = await lookUp({ ...shelf, ledger: await library.ledger() }, id, live);
  const own = pathOf(id);
  const working = state.state === 'working' || state.state === 'waiting';
  const links = {
    self: own,
    events: `${own}/events`,
    questions: `${own}/questions`,
    ...(working && live !== null ? { cancel: `${own}/cancel` } : {}),
    ...(state.resumable ? { resume: `${own}/resume` } : {}),
    ...Object.fromEntries(files.flatMap((file) => PATHS[file]).map(([name, path]) => [name, own + path])),
    ...(result === null ? {} : { result: `${own}/report.json` }),
  };
  return plainly(library.keys, { ...state, openQuestion: questionOf(live?.desk.open ?? null), webhook, links });
}

/** What is asked now; null when nothing is. */
export function questionOf(open: Open | null): z.infer<typeof OpenQuestion> | null {
  if (open === null) return null;
  const { id, form, questions, proposal, until } = open;
  return {
    id,
    kind: proposal === null ? 'questions' : 'approval',
    message: form.message,
    until,
    questions: questions.map(({ question, assumption }) => ({ question, assumption })),
    plan: planOf(proposal),
  };
}

function planOf(proposal: PlanProposal | null) {
  return proposal?.plan ?? null;
}
