import { aPlan, approval, aTask, edit } from './answers.ts';
import type { Lines } from './cast.ts';

/** A small change of the sample shop, for tests that are about something else: one task, one file, one command. */
export const REQUEST = 'Refuse shares above 100 percent';

export const TASK = aTask('T1', {
  title: REQUEST,
  behaviour: 'percentOf(1000, 101) throws a RangeError; percentOf(1000, 100) gives 1000 as before.',
  files: [{ path: 'src/money.js', action: 'modify' }],
  symbols: [
    {
      path: 'src/money.js',
      name: 'percentOf',
      action: 'change',
      signature: 'percentOf(cents: number, percent: number): number',
    },
  ],
  criteria: [
    {
      id: 'T1.1',
      text: 'percentOf(1000, 101) throws a RangeError',
      command:
        'node --input-type=module -e "const { percentOf } = await import(process.cwd() + \'/src/money.js\'); try { percentOf(1000, 101) } catch { process.exit(0) } process.exit(1)"',
    },
  ],
});

const HEAD = 'export function percentOf(cents, percent) {';
/** The line the change adds. */
export const ADDED = '  if (percent > 100) throw new RangeError(`bad percent ${percent}`);';
export const EDIT = `${edit('src/money.js', HEAD, `${HEAD}\n${ADDED}`)}\nShares above 100 percent are refused.`;
/** An edit that can be applied and leaves the task's command failing. */
export const WRONG_EDIT = `${edit('src/money.js', HEAD, `${HEAD}\n  if (percent > 1000) throw new RangeError('bad');`)}\nDone.`;

/** The change without any trouble: plan, edit, approval. */
export const SMOOTH = {
  planner: [{ object: aPlan([TASK]) }],
  executor: [{ text: EDIT }],
  reviewer: [{ object: approval(['T1.1']) }],
} satisfies Lines;

/** The arguments of a run that asks for it. */
export const RUN = ['run', '--yes', '--json', '--always-plan', REQUEST] as const;
