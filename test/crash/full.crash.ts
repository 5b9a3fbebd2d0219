import { describe, test } from 'vitest';
import { expectSame } from './expect-same.ts';
import { runStory } from './harness.ts';

const whole = await runStory(0);
const kills = Array.from({ length: whole.events }, (_, event) => event + 1);

describe(`a run of ${whole.events} events, killed at each of them and resumed`, () => {
  test.concurrent.each(kills)('at event %i', async (at) => {
    expectSame(await runStory(at), whole);
  });
});
