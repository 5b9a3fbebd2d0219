import { type FakeTurn, installFake } from '../../support/fake-agent/install.ts';
import { setStage } from '../../support/stage.ts';

/** A stage with a coding agent's program on PATH, and whatever of it is scripted. */
export async function staged(
  program: string,
  turns: readonly FakeTurn[],
  lines: Parameters<typeof setStage>[0],
  config: string | ((program: string) => string) = '',
) {
  const fake = installFake(program, turns);
  const stage = await setStage(lines, { config: typeof config === 'string' ? config : config(fake.program) });
  const env = { PATH: `${fake.bin}:${stage.home.env.PATH}` };
  return {
    stage,
    fake,
    env,
    tercet: (args: readonly string[], more: Parameters<typeof stage.tercet>[1] = {}) =>
      stage.tercet(args, { env, ...more }),
    [Symbol.asyncDispose]: async () => {
      fake.remove();
      await stage[Symbol.asyncDispose]();
    },
  };
}
