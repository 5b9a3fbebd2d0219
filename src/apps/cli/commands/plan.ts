import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openSession } from '../../../compose/compose.ts';
import { EXIT, TercetError } from '../../../contract/errors.ts';
import { explainLint } from '../../../handoff/lint-plan.ts';
import { clean, cleanLine } from '../../../report/clean.ts';
import { shellQuote } from '../../../report/next-steps.ts';
import { count } from '../../../report/phrases.ts';
import { planText } from '../../../report/plan-text.ts';
import { planToYaml } from '../../../report/plan-yaml.ts';
import { schemaUrl } from '../../../report/schema-url.ts';
import { planOnly } from '../../../workflow/phases.ts';
import { follow, type ModelOptions, reportText } from '../follow.ts';
import { type Io, paletteOf, print, printJson, readRequest } from '../io.ts';
import { checkPlan, readPlan } from '../read-plan.ts';

export interface PlanOptions extends ModelOptions {
  file?: string;
  base?: string;
  check?: string;
  output?: string;
  force?: boolean;
}

/** `tercet plan`: asks for a plan and writes it; with `--check`, lints one that is there. */
export async function plan(io: Io, words: string[], options: PlanOptions): Promise<number> {
  if (options.check !== undefined) return check(io, options.check, options);
  const { text, source } = await readRequest(io, words, options.file);
  const file = path.resolve(io.cwd, options.output ?? 'plan.yaml');
  await refuseToOverwrite(file, options.force === true);
  const session = await openSession(io);
  try {
    const request = { text, source, base: await session.repository.resolve(options.base ?? 'HEAD') };
    return await follow(
      io,
      session,
      options,
      { kind: 'plan', request, needed: ['planner'], branch: null },
      planOnly,
      async (result) => {
        if (result.plan === null || result.outcome !== 'planned')
          return { text: await reportText(io, result), more: { plan: null, file: null } };
        const shown = path.relative(io.cwd, file) || file;
        await writeFile(file, planToYaml(result.plan, await import('yaml'), { schema: schemaUrl('plan') }), {
          flag: options.force === true ? 'w' : 'wx',
        });
        const word = cleanLine(shellQuote(shown), 1_000);
        return {
          text: `${planText(result.plan, { palette: paletteOf(io) })}\n\nWritten to ${cleanLine(shown, 1_000)}. Edit it, then:\n  tercet plan --check ${word}\n  tercet execute ${word}\n`,
          more: { plan: result.plan, file },
        };
      },
    );
  } finally {
    await session.close();
  }
}

async function check(io: Io, file: string, options: PlanOptions): Promise<number> {
  const parsed = await readPlan(io, file);
  const session = await openSession(io);
  try {
    const issues = await checkPlan(session, parsed, options.base ?? 'HEAD');
    const errors = issues.filter((issue) => issue.severity === 'error').length;
    if (options.json === true) printJson(io, { file, ok: errors === 0, plan: parsed, issues });
    else if (issues.length === 0)
      print(io, `${cleanLine(file, 1_000)}: ${count(parsed.tasks.length, 'task')}, no errors, no warnings.`);
    else
      print(
        io,
        `${clean(explainLint(issues), Number.POSITIVE_INFINITY)}\n${count(errors, 'error')}, ${count(issues.length - errors, 'warning')}. docs/plan-rules.md explains each rule.`,
      );
    return errors > 0 ? EXIT.failed : EXIT.approved;
  } finally {
    await session.close();
  }
}

async function refuseToOverwrite(file: string, force: boolean): Promise<void> {
  const { access, constants } = await import('node:fs/promises');
  const there = await access(file).then(
    () => true,
    () => false,
  );
  if (there && !force)
    throw new TercetError('usage', `${file} is there already; it is not overwritten.`, {
      hint: 'Choose another file with --output, or say --force.',
    });
  const folder = path.dirname(file);
  const ready = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!ready)
    throw new TercetError('usage', `${file} cannot be written: there is no folder ${folder} that you may write to.`, {
      hint: 'Make it, or choose another file with --output.',
    });
}
