import path from 'node:path';
import { openSession, type Session } from '../../../compose/compose.ts';
import { packageVersion } from '../../../compose/package-folder.ts';
import { type ReviewTarget, reviewTarget } from '../../../compose/runs/review-target.ts';
import { TercetError } from '../../../contract/errors.ts';
import type { RunResult } from '../../../contract/outcome.ts';
import { showUsd } from '../../../pricing/usd.ts';
import { githubReview } from '../../../report/github.ts';
import { jsonText } from '../../../report/json.ts';
import { markdownReport } from '../../../report/markdown.ts';
import { rdjsonOf } from '../../../report/rdjson.ts';
import { sarifOf } from '../../../report/sarif.ts';
import { reviewOnly } from '../../../workflow/phases.ts';
import { follow, type ModelOptions, reportText } from '../follow.ts';
import { type Io, readText } from '../io.ts';
import { readPlan } from '../read-plan.ts';

export const FORMATS = ['text', 'markdown', 'sarif', 'rdjson', 'github'] as const;

export interface ReviewOptions extends ModelOptions {
  base?: string;
  staged?: boolean;
  diff?: string;
  plan?: string;
  request?: string;
  format?: (typeof FORMATS)[number];
}

/** `tercet review`: reviews a change somebody else made. */
export async function review(io: Io, options: ReviewOptions): Promise<number> {
  const plan = options.plan === undefined ? null : await readPlan(io, options.plan);
  const session = await openSession(io);
  try {
    const { base, staged } = options;
    const target = await reviewTarget(session.repository, { base, staged, patch: await patchOf(io, options.diff) });
    const text = options.request ?? plan?.title ?? `Review ${target.what}`;
    const request = { text, source: plan === null ? ('diff' as const) : ('plan' as const), base: target.base };
    return await follow(
      io,
      session,
      options,
      {
        kind: 'review',
        request,
        needed: ['reviewer'],
        branch: null,
        plan,
        subject: { from: target.from, to: target.to },
      },
      (ctx) => reviewOnly(ctx, { ...target, plan }),
      async (result) => ({ text: await present(io, session, result, target, options.format ?? 'text') }),
    );
  } finally {
    await session.close();
  }
}

async function patchOf(io: Io, diff: string | undefined): Promise<{ text: string; name: string } | undefined> {
  if (diff === undefined) return undefined;
  return { text: diff === '-' ? await readStdin(io) : await readText(path.resolve(io.cwd, diff)), name: diff };
}

async function present(
  io: Io,
  session: Session,
  result: RunResult,
  target: ReviewTarget,
  format: (typeof FORMATS)[number],
): Promise<string> {
  const { review, sensitive } = result;
  if (format === 'text' || review === null) return reportText(io, result);
  if (format === 'markdown') return markdownReport(result, { money: showUsd });
  if (format === 'sarif') return jsonText(sarifOf(review, { version: packageVersion(), run: result.run, sensitive }));
  if (format === 'rdjson') return jsonText(rdjsonOf(review));
  const diff = await session.repository.diff(target.from, target.to);
  return jsonText(githubReview(review, diff, { head: target.to, sensitive }));
}

async function readStdin(io: Io): Promise<string> {
  if (io.stdin.isTTY === true)
    throw new TercetError('usage', '--diff - reads a patch from standard input, which is a terminal.', {
      hint: 'Pipe it: git diff main | tercet review --diff -',
    });
  let text = '';
  for await (const chunk of io.stdin) text += String(chunk);
  return text;
}
