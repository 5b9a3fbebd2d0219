import path from 'node:path';
import type { Session } from '../../compose/compose.ts';
import { TercetError } from '../../contract/errors.ts';
import type { LintIssue, Plan } from '../../contract/plan.ts';
import { parsePlanYaml } from '../../report/parse-plan-yaml.ts';
import { lintAgainst } from '../../workflow/1-plan/repository-view.ts';
import { type Io, readText } from './io.ts';

/** A plan file. @throws TercetError `usage` with file, line and problem. */
export async function readPlan(io: Io, file: string): Promise<Plan> {
  const text = await readText(path.resolve(io.cwd, file));
  const parsed = parsePlanYaml(text, await import('yaml'));
  if (parsed.plan !== null) return parsed.plan;
  throw new TercetError(
    'usage',
    parsed.problems.map((problem) => `${file}:${problem.line}: ${problem.message}`).join('\n'),
    {
      hint: 'schema/plan.schema.json describes the format; `tercet plan` writes an example.',
    },
  );
}

/** Lints a plan against a commit of the repository. */
export async function checkPlan(session: Session, plan: Plan, base: string): Promise<LintIssue[]> {
  return lintAgainst(session.repository, await session.repository.resolve(base), plan);
}
