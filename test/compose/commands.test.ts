import { describe, expect, test } from 'vitest';
import { type Confining, confine, surveySandbox } from '../../src/compose/commands.ts';
import { TercetError } from '../../src/contract/errors.ts';
import type { Person } from '../../src/ports/person.ts';

const nowhere = async () => ({ program: null, why: 'bubblewrap is not installed' });
const there = async () => ({ program: '/usr/bin/bwrap' });
const sandbox = (mode: 'auto' | 'require' | 'off') => ({ mode, network: false, read: [] });
const confining = (more: Partial<Confining> = {}): Confining => ({
  kind: 'run',
  sandbox: sandbox('auto'),
  path: '/usr/bin:/bin',
  person: null,
  signal: new AbortController().signal,
  trusted: null,
  ...more,
});
const asked: string[] = [];
const person = (says: string | null): Person => ({
  answer: async (questions) => {
    asked.push(...questions.map(({ question, assumption }) => `${question} [${assumption}]`));
    return questions.map(() => says);
  },
  approve: async () => 'approved',
});
const refusalOf = async (more: Partial<Confining>, find = nowhere): Promise<TercetError> => {
  const error = await confine(confining(more), find).catch((thrown: unknown) => thrown);
  if (!(error instanceof TercetError)) throw new Error(`it was not refused: ${JSON.stringify(error)}`);
  return error;
};

describe('where there is a sandbox', () => {
  test('it is used, without a word', async () => {
    for (const mode of ['auto', 'require'] as const) {
      const confined = await confine(confining({ sandbox: sandbox(mode) }), there);
      expect(confined).toMatchObject({ confinement: 'bubblewrap', warning: null });
      expect(confined.commands.confinement).toBe('bubblewrap');
    }
  });

  test('network is said', async () => {
    const { confinement, warning } = await confine(
      confining({ sandbox: { ...sandbox('auto'), network: true } }),
      there,
    );
    expect(confinement).toBe('bubblewrap, with network');
    expect(warning).toMatch(/network/);
  });

  test('off is off: said, and recorded', async () => {
    const confined = await confine(confining({ sandbox: sandbox('off') }), there);
    expect(confined).toMatchObject({
      confinement: 'none (sandbox: off)',
      warning: expect.stringMatching(/without a sandbox/),
    });
    expect(confined.commands.confinement).toBe('none');
  });
});

describe('where there is none', () => {
  test('nobody to ask: the run is refused as a matter of configuration, with both ways out', async () => {
    const error = await refusalOf({});
    expect(error).toMatchObject({ code: 'config', exitCode: 2, message: expect.stringMatching(/not installed/) });
    expect(error.hint).toMatch(/apt install bubblewrap[\s\S]*sandbox: off/);
  });

  test('a person is asked once, and only yes is yes', async () => {
    asked.length = 0;
    for (const yes of ['yes', 'y', ' Yes '])
      expect(await confine(confining({ person: person(yes) }), nowhere)).toMatchObject({
        confinement: 'none (agreed to by the person)',
        warning: expect.stringMatching(/you agreed/),
      });
    expect(asked).toHaveLength(3);
    expect(asked[0]).toMatch(/not installed.*\[no: end the run\]/);
    for (const no of [null, 'no', '', 'yes please do whatever', 'n'])
      expect(await refusalOf({ person: person(no) })).toMatchObject({ exitCode: 2 });
  });

  test('required: nobody is asked', async () => {
    asked.length = 0;
    expect(await refusalOf({ sandbox: sandbox('require'), person: person('yes'), trusted: 'ours' })).toMatchObject({
      message: expect.stringMatching(/required/),
    });
    expect(asked).toEqual([]);
  });

  test('commands that come with Tercet run, and it is said', async () => {
    expect(await confine(confining({ trusted: 'the sample is ours' }), nowhere)).toMatchObject({
      confinement: 'none (the sample is ours)',
      warning: expect.stringMatching(/not installed, and the sample is ours/),
    });
  });

  test('a plan or a review needs none, because it can run nothing', async () => {
    for (const kind of ['plan', 'review'] as const) {
      const { commands, confinement, warning } = await confine(confining({ kind }), nowhere);
      expect({ confinement, warning }).toEqual({ confinement: 'no commands', warning: null });
      const { signal } = new AbortController();
      expect(await commands.run('true', { cwd: '/', timeoutMs: 1, maxOutputBytes: 100, signal })).toMatchObject({
        exitCode: 126,
        output: `Not run: a ${kind} runs no commands`,
      });
    }
  });
});

describe('what doctor says of it', () => {
  test('off is a warning; a machine that has one says which, one that has none says what to install', async () => {
    expect(await surveySandbox(sandbox('off'), undefined)).toMatchObject({ state: 'warning', fix: null });
    const auto = await surveySandbox(sandbox('auto'), process.env.PATH);
    const required = await surveySandbox(sandbox('require'), process.env.PATH);
    if (auto.state === 'ok') expect(auto.detail).toMatch(/\/bwrap$/);
    else expect([auto.fix, required.state]).toEqual([expect.stringMatching(/docs\/sandbox\.md/), 'problem']);
  });
});
