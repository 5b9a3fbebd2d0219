import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { displayWidth } from '../../../src/report/width.ts';
import { aPlan, approval } from '../../support/answers.ts';
import { hasPty, inTerminal, type Typing } from '../../support/pty.ts';
import { EDIT, REQUEST, SMOOTH, TASK } from '../../support/shop-change.ts';
import { runFolder, type Stage, setStage } from '../../support/stage.ts';

vi.setConfig({ testTimeout: 60_000 });

/**
 * A person at a real pseudo-terminal. It is made with util-linux's `script`; without it nothing here is tried, and
 * test/adapters/{person,reporter} still drive prompts and live display over streams that say they are terminals.
 */
const RUN = ['run', '--always-plan', REQUEST];
const ASKED = /\[n\]o > (?:\x1b\[\d+G)?$/;

const play = (stage: Stage, typing: readonly Typing[], more: Partial<Parameters<typeof inTerminal>[1]> = {}) => {
  const { args = RUN, ...options } = more as typeof more & { args?: string[] };
  return inTerminal(args, { cwd: stage.repository.root, home: stage.home, columns: 100, typing, ...options });
};

/** The id of the only run. */
const runOf = (text: string) => /Run (\d{8}-\d{6}-[0-9a-f]{4}) on/.exec(text)?.[1] ?? '';

test.skipIf(hasPty)(
  'no pseudo-terminal: `script` of util-linux is not here, so nothing in this file was tried',
  () => {},
);

describe.runIf(hasPty)('approval of the plan', () => {
  test('anything else is asked again; yes goes on', async () => {
    await using stage = await setStage(SMOOTH);
    const { code, text } = await play(stage, [
      { when: ASKED, type: 'maybe\r' },
      { when: ASKED, type: 'y\r' },
    ]);
    expect(code, text).toBe(0);
    expect(text).toContain('Please answer [y]es, [e]dit, [n]o.');
    expect(text).toContain('plan approved');
    expect(text).toContain(`Approved: ${REQUEST}`);
  });

  test('no ends it: nothing is executed, and the plan is kept', async () => {
    await using stage = await setStage(SMOOTH);
    const { code, text } = await play(stage, [{ when: ASKED, type: 'n\r' }]);
    expect(code, text).toBe(130);
    expect(text).toContain('The plan was not approved; nothing was executed.');
    expect(stage.calls('executor')).toEqual([]);
    expect(readFileSync(path.join(runFolder(stage.home, runOf(text)), 'plan.yaml'), 'utf8')).toContain(REQUEST);
  });

  test('edit opens the file in $EDITOR, checks it again, and executes what the person wrote', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tercet-test-editor-'));
    const editor = path.join(folder, 'my editor.sh');
    // The first time it breaks the plan, the second time it says something new.
    writeFileSync(
      editor,
      `#!/bin/sh\nif [ -e "${folder}/again" ]; then sed -i 's/src.nowhere.js/src\\/money.js/; s/^title: .*/title: Refuse them kindly/' "$1"; else touch "${folder}/again"; sed -i 's/src.money.js/src\\/nowhere.js/' "$1"; fi\n`,
      { mode: 0o755 },
    );
    try {
      await using stage = await setStage(SMOOTH);
      const typing = [
        { when: ASKED, type: 'e\r' },
        { when: /The plan file cannot be used as it stands:[\s\S]*\[e\]dit, \[n\]o > (?:\x1b\[\d+G)?$/, type: 'y\r' },
        { when: /Please answer \[e\]dit, \[n\]o[\s\S]*\[n\]o > (?:\x1b\[\d+G)?$/, type: 'e\r' },
        { when: ASKED, type: 'y\r' },
      ];
      const { code, text } = await play(stage, typing, { env: { EDITOR: `"${editor}"` } });
      expect(code, text).toBe(0);
      expect(text).toContain('src/nowhere.js');
      expect(text).toContain('Approved: Refuse them kindly');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('without an editor it says which file to edit by hand', async () => {
    await using stage = await setStage(SMOOTH);
    const { code, text } = await play(stage, [
      { when: ASKED, type: 'e\r' },
      { when: /then press Enter\. (?:\x1b\[\d+G)?$/, type: '\r' },
      { when: ASKED, type: 'y\r' },
    ]);
    expect(code, text).toBe(0);
    expect(text).toContain('no editor is set (VISUAL or EDITOR)');
  });

  test.each([
    ['Ctrl-C', '\x03', 'Stopped by Ctrl-C.'],
    ['Ctrl-D', '\x04', 'The plan was not approved'],
  ])('%s at the question ends it', async (_, key, reason) => {
    await using stage = await setStage(SMOOTH);
    const { code, text } = await play(stage, [{ when: ASKED, type: key }]);
    expect(code, text).toBe(130);
    expect(text).toContain(reason);
    expect(stage.calls('executor')).toEqual([]);
  });

  test('--json asks all the same, and stdout has the object alone', async () => {
    await using stage = await setStage(SMOOTH);
    const file = path.join(stage.home.folder, 'out.json');
    const more = { args: [...RUN, '--json'], redirect: `>'${file}'` };
    const { code, text } = await play(stage, [{ when: ASKED, type: 'y\r' }], more as object);
    expect(code, text).toBe(0);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ outcome: 'approved' });
  });
});

describe.runIf(hasPty)('questions of the planner', () => {
  test('are asked one by one; Enter takes what the planner assumes', async () => {
    const questions = [
      { question: 'Should 100 percent still be allowed?', assumption: 'yes' },
      { question: 'Which error?', assumption: 'RangeError' },
    ];
    await using stage = await setStage({
      ...SMOOTH,
      planner: [{ object: aPlan([TASK], { questions }) }, { object: aPlan([TASK]) }],
    });
    const { code, text } = await play(stage, [
      { when: /Question 1 of 2[\s\S]*> (?:\x1b\[\d+G)?$/, type: 'only for staff\r' },
      { when: /Question 2 of 2[\s\S]*> (?:\x1b\[\d+G)?$/, type: '\r' },
      { when: ASKED, type: 'y\r' },
    ]);
    expect(code, text).toBe(0);
    expect(text).toContain('[Enter: RangeError]');
    const second = JSON.stringify(stage.calls('planner')[1]?.body);
    expect(second).toContain('only for staff');
  });
});

describe.runIf(hasPty)('nobody is asked', () => {
  test('under CI, although there is a terminal', async () => {
    await using stage = await setStage(SMOOTH);
    const { code, raw, text } = await play(stage, [], { env: { CI: 'true' } });
    expect(code, text).toBe(5);
    expect(text).toContain('there is no terminal to ask at; nothing was executed');
    // Logs of a CI are no terminal: no live region.
    expect(raw).not.toContain('\x1b[?25l');
  });

  test('when standard input is no terminal, although stderr is', async () => {
    await using stage = await setStage(SMOOTH);
    const { code, text } = await play(stage, [], { redirect: '</dev/null' });
    expect(code, text).toBe(5);
  });
});

describe.runIf(hasPty)('Ctrl-C', () => {
  const SLOW = { ...SMOOTH, executor: [{ text: EDIT, delayMs: 10_000 }] };
  const WORKING = /executor edit T1/;

  test('stops cleanly, says how to go on, and leaves the terminal as it was', async () => {
    await using stage = await setStage(SLOW);
    const start = performance.now();
    const { code, raw, text } = await play(stage, [{ when: WORKING, type: '\x03' }], {
      args: [...RUN, '--yes'],
    } as object);
    expect(code, text).toBe(130);
    expect(performance.now() - start).toBeLessThan(8_000);
    expect(text).toContain('Stopping cleanly… Ctrl-C again stops at once.');
    expect(text).toContain('Stopped by Ctrl-C.');
    const run = runOf(text);
    expect(text).toContain(`tercet resume ${run}`);
    expect(raw.lastIndexOf('\x1b[?25h')).toBeGreaterThan(raw.lastIndexOf('\x1b[?25l'));
    expect(stage.repository.git('status', '--porcelain')).toBe('');
  });

  test('a second one ends it at once', async () => {
    // A command that is deaf to TERM: to stop cleanly takes as long as its grace period.
    await using stage = await setStage({
      ...SMOOTH,
      planner: [
        () => {
          const started = path.join(stage.home.folder, 'started');
          const command = `node -e "process.on('SIGTERM',()=>{});require('fs').writeFileSync('${started}','');setTimeout(()=>{},20000)"`;
          const text = 'percentOf(1000, 101) throws a RangeError';
          return { object: aPlan([{ ...TASK, criteria: [{ id: 'T1.1', text, command }] }]) };
        },
      ],
    });
    let pressed = 0;
    const typing = [
      { when: () => existsSync(path.join(stage.home.folder, 'started')), type: '\x03' },
      {
        when: /Stopping cleanly/,
        get type() {
          pressed = performance.now();
          return '\x03';
        },
      },
    ];
    const { code, text } = await play(stage, typing, { args: [...RUN, '--yes'] } as object);
    expect(code, text).toBe(130);
    expect(performance.now() - pressed).toBeLessThan(1_500);
    expect(text).not.toContain('Stopped by Ctrl-C.');
  });
});

describe.runIf(hasPty)('colour and width', () => {
  test('NO_COLOR keeps the live display and takes the colours', async () => {
    await using stage = await setStage(SMOOTH);
    const { raw } = await play(stage, [], { args: [...RUN, '--yes'], env: { NO_COLOR: '1' } } as object);
    expect(raw).toContain('\x1b[?25l');
    expect(raw).not.toMatch(/\x1b\[\d+(;\d+)*m/);
  });

  test('a dumb terminal gets plain lines', async () => {
    await using stage = await setStage(SMOOTH);
    const { raw } = await play(stage, [], { args: [...RUN, '--yes'], env: { TERM: 'dumb' } } as object);
    expect(raw).not.toContain('\x1b');
  });

  test.each([40, 200])('%i columns: no live line is longer, and prose is wrapped', async (columns) => {
    const why = 'the diff shows it, and it goes on to say so at some length for everybody to read '.repeat(3);
    const [review] = SMOOTH.reviewer;
    const criteria = approval(['T1.1']).criteria.map((criterion) => ({ ...criterion, evidence: why }));
    await using stage = await setStage({ ...SMOOTH, reviewer: [{ object: { ...review?.object, criteria } }] });
    const { code, text } = await play(stage, [], { args: [...RUN, '--yes'], columns } as object);
    expect(code).toBe(0);
    const lines = text.split('\n');
    const live = lines.filter((line) => /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] |^ {2}(planner|executor|reviewer) \w+ .*·/.test(line));
    expect(live.length).toBeGreaterThan(3);
    for (const line of live) expect(displayWidth(line)).toBeLessThan(columns);
    const prose = lines.filter((line) => line.includes('the diff shows it') || line.includes('everybody'));
    for (const line of prose) expect(displayWidth(line)).toBeLessThanOrEqual(Math.min(columns, 100));
    expect(prose.length).toBeGreaterThan(2);
  });
});
