import { z } from 'zod';
import { packageVersion } from '../../../compose/package-folder.ts';
import type { RunResult } from '../../../contract/outcome.ts';
import type { Artefact } from '../../../ports/store.ts';
import { jsonText, summaryOf } from '../../../report/json.ts';
import { sarifOf } from '../../../report/sarif.ts';
import { fileText } from '../../runs/plain.ts';
import type { FoundRun } from '../find-run.ts';
import { Problem } from '../problem.ts';
import { REFUSALS, type Routes, RunPath, route } from './desk.ts';

interface File {
  /** Last part of the address, and the operation's name. */
  path: string;
  operationId: string;
  summary: string;
  type: string;
  name: Artefact;
  /** What is made of the file; nothing unless said. */
  make?: (text: string, run: string) => string | null;
}

const FILES: readonly File[] = [
  { path: 'plan', operationId: 'getPlan', summary: 'The plan', type: 'application/yaml', name: 'plan.yaml' },
  {
    path: 'change',
    operationId: 'getChange',
    summary: 'The change as a patch',
    type: 'text/x-diff',
    name: 'change.diff',
  },
  { path: 'review', operationId: 'getReview', summary: 'The review', type: 'application/json', name: 'review.json' },
  {
    path: 'report.md',
    operationId: 'getReport',
    summary: 'The report for people',
    type: 'text/markdown',
    name: 'report.md',
  },
  {
    path: 'report.json',
    operationId: 'getResult',
    summary: 'The same object that `--json` prints',
    type: 'application/json',
    name: 'result.json',
    make: (text) => jsonText(summaryOf(resultFrom(text))),
  },
  {
    path: 'report.sarif',
    operationId: 'getSarif',
    summary: 'The findings as SARIF 2.1.0',
    type: 'application/sarif+json',
    name: 'result.json',
    make: (text, run) => {
      const { review, sensitive } = resultFrom(text);
      return review === null ? null : jsonText(sarifOf(review, { version: packageVersion(), run, sensitive }));
    },
  },
];

/** The files a run leaves. What models and repositories wrote in them is data. */
export const fileRoutes: Routes = (app, { library }) => {
  for (const { path, operationId, summary, type, name, make } of FILES) {
    app.openapi(
      route({
        method: 'get',
        path: `/v1/runs/{run}/${path}`,
        operationId,
        summary,
        request: { params: RunPath },
        responses: { 200: { description: 'the file', content: { [type]: { schema: z.string() } } }, ...REFUSALS },
      }),
      async (c) => {
        const run = await library.find(c.req.valid('param').run);
        const text = await run.shelf.store.read(run.id, name);
        const made = text === null || make === undefined ? text : make(text, run.id);
        if (made === null) throw await absent(run, path);
        const hidden = type.endsWith('json') ? library.keys.literals(made) : fileText(library.keys, made);
        return c.body(hidden, 200, { 'content-type': `${type}; charset=utf-8` });
      },
    );
  }
};

/** A run of an earlier version says nothing of sensitive files. */
function resultFrom(text: string): RunResult {
  return { sensitive: [], ...(JSON.parse(text) as object) } as unknown as RunResult;
}

async function absent({ id, shelf }: FoundRun, path: string): Promise<Problem> {
  const { outcome } = await shelf.store.get(id);
  const why = outcome === 'running' ? 'it has not come that far' : `it ended (${outcome}) without one`;
  return new Problem('not-found', `Run ${id} has no ${path}: ${why}.`);
}
