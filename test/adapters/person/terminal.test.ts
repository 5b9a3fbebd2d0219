import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import { splitCommand } from '../../../src/adapters/person/split-command.ts';
import { type TerminalPersonOptions, terminalPerson } from '../../../src/adapters/person/terminal.ts';
import { plan } from '../../report/run-fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'tercet-person-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A person who types: each entry waits until its prompt is on the screen. */
function open(options: Partial<TerminalPersonOptions> = {}) {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
  const output = Object.assign(new PassThrough(), { columns: 80 });
  let screen = '';
  const waiting: { prompt: string; from: number; settle: () => void }[] = [];
  output.on('data', (chunk) => {
    screen += chunk;
    for (const each of waiting) if (screen.indexOf(each.prompt, each.from) >= 0) each.settle();
  });
  let seen = 0;
  const type = async (prompt: string, keys: string) => {
    const from = seen;
    if (screen.indexOf(prompt, from) < 0) await new Promise<void>((settle) => waiting.push({ prompt, from, settle }));
    seen = screen.indexOf(prompt, from) + prompt.length;
    input.write(keys);
  };
  const person = terminalPerson({ input, output, editor: null, ...options });
  if (person === null) throw new Error('a terminal has a person');
  return { person, input, type, screen: () => screen };
}
const never = new AbortController().signal;
const questions = [
  { question: 'How many\x1b[2J attempts?', assumption: 'three' },
  { question: 'Which log?', assumption: 'stderr' },
];
const proposal = (file = join(folder, 'plan.yaml')) => ({ plan, file, warnings: [], problem: null });
const ASK = '[n]o > ';

test('there is nobody when the input is no terminal', () => {
  const input = new PassThrough();
  expect(terminalPerson({ input, output: new PassThrough(), editor: null })).toBeNull();
  expect(input.listenerCount('data') + input.listenerCount('readable')).toBe(0);
});

describe('questions', () => {
  test('one at a time; Enter keeps the assumption', async () => {
    const { person, type, screen } = open();
    const answers = person.answer(questions, never);
    await type('  > ', 'five\r');
    await type('  > ', '\r');
    expect(await answers).toEqual(['five', null]);
    expect(screen()).toContain('Question 1 of 2  How many attempts?');
    expect(screen()).not.toContain('\x1b[2J');
  });

  test('a closed input leaves the assumptions standing', async () => {
    const { person, type } = open();
    const answers = person.answer(questions, never);
    await type('  > ', '\x04');
    expect(await answers).toEqual([null, null]);
  });

  test('Ctrl-C rejects with the reason of the signal it aborts', async () => {
    const stop = new AbortController();
    const { person, type } = open({ onInterrupt: () => stop.abort(new Error('stopped by you')) });
    const answers = person.answer(questions, stop.signal);
    await Promise.all([expect(answers).rejects.toThrow('stopped by you'), type('  > ', '\x03')]);
  });

  test('Ctrl-C without anybody to tell is a cancellation, not an answer', async () => {
    const { person, type } = open();
    const answers = person.answer(questions, never);
    await Promise.all([expect(answers).rejects.toMatchObject({ code: 'cancelled' }), type('  > ', '\x03')]);
  });

  test('an abort from elsewhere ends the waiting', async () => {
    const stop = new AbortController();
    const { person } = open();
    const answers = person.answer(questions, stop.signal);
    setTimeout(() => stop.abort(new Error('deadline')), 20);
    await expect(answers).rejects.toThrow('deadline');
  });
});

describe('approval', () => {
  test.each([
    ['y\r', 'approved'],
    ['YES\r', 'approved'],
    ['n\r', 'rejected'],
    ['\x04', 'rejected'],
    ['\x03', 'rejected'],
  ])('%j is %s', async (keys, expected) => {
    const { person, type, screen } = open();
    const answer = person.approve(proposal(), never);
    await type(ASK, keys);
    expect(await answer).toBe(expected);
    expect(screen()).toContain('T1  Retry in the client');
  });

  test('Enter alone decides nothing', async () => {
    const { person, type } = open();
    const answer = person.approve(proposal(), never);
    await type(ASK, '\r');
    await type(ASK, 'n\r');
    expect(await answer).toBe('rejected');
  });

  test('what was typed ahead approves nothing', async () => {
    const { person, type } = open();
    const answer = person.approve(proposal(), never);
    await type(ASK, 'what\ry\r');
    await type(ASK, 'n\r');
    expect(await answer).toBe('rejected');
  });

  test('a plan file with a problem cannot be approved', async () => {
    const { person, type, screen } = open();
    const answer = person.approve({ ...proposal(), problem: 'line 3: title is missing' }, never);
    await type('[e]dit, [n]o > ', 'y\r');
    await type('[e]dit, [n]o > ', 'n\r');
    expect(await answer).toBe('rejected');
    expect(screen()).toContain('line 3: title is missing');
  });

  test('warnings are shown', async () => {
    const { person, type, screen } = open();
    const warning = { rule: 'vague-task', severity: 'warning' as const, at: '', task: 'T2', message: 'T2 says little' };
    const answer = person.approve({ ...proposal(), warnings: [warning] }, never);
    await type(ASK, 'n\r');
    await answer;
    expect(screen()).toContain('T2 says little');
  });

  test('the display steps aside and comes back', async () => {
    const said: string[] = [];
    const display = { pause: () => said.push('pause'), resume: () => said.push('resume') };
    const { person, type } = open({ display });
    const answer = person.approve(proposal(), never);
    await type(ASK, 'y\r');
    await answer;
    expect(said).toEqual(['pause', 'resume']);
  });
});

describe('editing', () => {
  function editor(body: string): string {
    const path = join(folder, `my editor ${Math.random()}.sh`);
    writeFileSync(path, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o755);
    return `"${path}" --wait`;
  }

  test('opens the file in the editor, whose path may hold spaces', async () => {
    const file = join(folder, 'a plan; echo.yaml');
    writeFileSync(file, 'before');
    const { person, type } = open({ editor: editor('[ "$1" = --wait ] && printf after > "$2"') });
    const answer = person.approve(proposal(file), never);
    await type(ASK, 'e\r');
    expect(await answer).toBe('edited');
    expect(readFileSync(file, 'utf8')).toBe('after');
  });

  test('an editor that fails leads back to the question', async () => {
    const { person, type, screen } = open({ editor: editor('exit 3') });
    const answer = person.approve(proposal(), never);
    await type(ASK, 'e\r');
    await type(ASK, 'n\r');
    expect(await answer).toBe('rejected');
    expect(screen()).toContain('the editor ended with code 3');
  });

  test.each([
    [null, 'no editor is set'],
    ['/no/such/editor', 'cannot be started'],
  ])('without an editor (%s) the path is said and Enter goes on', async (command, message) => {
    const { person, type, screen } = open({ editor: command });
    const answer = person.approve(proposal(), never);
    await type(ASK, 'edit\r');
    await type('press Enter. ', '\r');
    expect(await answer).toBe('edited');
    expect(screen()).toContain(message);
    expect(screen()).toContain(join(folder, 'plan.yaml'));
  });

  test('an abort ends the editor', async () => {
    const stop = new AbortController();
    const { person, type } = open({ editor: editor('exec sleep 30') });
    const answer = person.approve(proposal(), stop.signal);
    setTimeout(() => stop.abort(new Error('deadline')), 300);
    await Promise.all([expect(answer).rejects.toThrow('deadline'), type(ASK, 'e\r')]);
  });

  test.each([
    ['code --wait', ['code', '--wait']],
    [`'/opt/my editor' -w`, ['/opt/my editor', '-w']],
    ['vim -c "set ft=yaml"', ['vim', '-c', 'set ft=yaml']],
    ['a$(rm -rf x);b', ['a$(rm', '-rf', 'x);b']],
    ['C:\\vim.exe', ['C:\\vim.exe']],
    ['""', ['']],
    ['  ', []],
  ])('splits %s', (command, words) => expect(splitCommand(command)).toEqual(words));
});
