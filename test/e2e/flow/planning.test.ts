import { describe, expect, it } from 'vitest';
import { aPlan, aTask } from '../../support/answers.ts';
import { RUN, SMOOTH, TASK } from '../../support/shop-change.ts';
import { setStage, summary } from '../../support/stage.ts';

const SMALL = 'In src/money.js, percentOf throws a RangeError when percent is above 100';

describe('the short path', () => {
  it('is taken by rule for one small concrete change, is shown, and is reviewed', async () => {
    await using stage = await setStage({ executor: SMOOTH.executor, reviewer: SMOOTH.reviewer });
    const result = await stage.tercet(['run', '--json', SMALL]);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toContain('short path, without a planner: the request is one small change of src/money.js');
    expect(summary(result)).toMatchObject({ outcome: 'approved', commits: [{ task: 'T1' }], cost: { byRole: {} } });
    expect(Object.keys(summary(result).cost.byRole)).toEqual(['executor', 'reviewer']);
  });

  it('is taken with --no-plan, needs no planner’s key, and still is reviewed', async () => {
    await using stage = await setStage(
      { executor: SMOOTH.executor, reviewer: SMOOTH.reviewer },
      { config: 'roles: { planner: { model: google/gemini-4-argon } }' },
    );
    const env = { GEMINI_API_KEY: '' };
    const result = await stage.tercet(['run', '--no-plan', '--json', 'Harden src/money.js'], { env });
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toContain('short path, without a planner: no planner was wanted');
    expect(stage.server.log.map(({ provider }) => provider)).toEqual(['anthropic', 'openai']);
  });

  it('says which files to name when --no-plan has none', async () => {
    await using stage = await setStage({});
    const result = await stage.tercet(['run', '--no-plan', 'make it better']);
    expect(result.code).toBe(2);
    expect(result.stderr + result.stdout).toContain('The request names no file');
    expect(stage.server.log).toEqual([]);
  });
});

describe('planning', () => {
  it('shows the planner what it asks for, then takes its plan', async () => {
    await using stage = await setStage({
      ...SMOOTH,
      planner: [
        { object: aPlan([], { title: 'more', needs: ['src/money.js', 'shippingCents', 'src/gone.js'] }) },
        (call) => {
          const shown = call.messages.at(-1)?.text ?? '';
          expect(shown).toContain('Math.round((cents * percent) / 100)');
          expect(shown).toContain('FLAT_RATE');
          expect(shown).toContain('Not in the repository: src/gone.js');
          return { object: aPlan([TASK]) };
        },
      ],
    });
    const result = await stage.tercet([...RUN, '--verbose']);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toContain(
      'planner asked for src/money.js, shippingCents, src/gone.js; not found: src/gone.js',
    );
  });

  it('turns questions nobody can answer into assumptions that the plan lists', async () => {
    const questions = [{ question: 'What about negative shares?', assumption: 'They stay allowed.' }];
    await using stage = await setStage({ ...SMOOTH, planner: [{ object: aPlan([TASK], { questions }) }] });
    const result = await stage.tercet(RUN);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toContain('assumed: They stay allowed. (What about negative shares?)');
    const plan = await stage.tercet(['show', summary(result).run, '--plan']);
    expect(plan.stdout).toContain('What about negative shares? — They stay allowed. (assumed)');
  });

  it('sends lint errors back, and executes the plan that mends them', async () => {
    const broken = aTask('T1', { ...TASK, files: [{ path: 'src/mony.js', action: 'modify' }], symbols: [] });
    await using stage = await setStage({
      ...SMOOTH,
      planner: [
        { object: aPlan([broken]) },
        (call) => {
          const told = call.messages.at(-1)?.text ?? '';
          expect(told).toContain('path-missing');
          expect(told).toContain('Did you mean "src/money.js"?');
          return { object: aPlan([TASK]) };
        },
      ],
    });
    const result = await stage.tercet(RUN);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toContain('plan check, round 1: 1 error');
    expect(stage.calls('executor')).toHaveLength(1);
  });

  it('parks with the way on when the plan wants approval and nobody is there', async () => {
    await using stage = await setStage(SMOOTH);
    const parked = await stage.tercet(['run', '--json', '--always-plan', 'Refuse shares above 100 percent']);
    expect(parked.code).toBe(5);
    const said = summary(parked);
    expect(said).toMatchObject({ outcome: 'parked', branch: null, commits: [] });
    expect(stage.calls('executor')).toEqual([]);
    const file = /tercet execute (\S+)`/.exec(said.reason)?.[1] ?? '';
    const result = await stage.tercet(['execute', file, '--json']);
    expect(result.code, result.stderr).toBe(0);
    expect(summary(result)).toMatchObject({ outcome: 'approved', commits: [{ task: 'T1' }] });
  });
});
