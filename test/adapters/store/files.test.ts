import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../../src/adapters/store/files.ts';
import type { RecordedEvent } from '../../../src/contract/event.ts';
import { OUTCOMES, type RunRecord } from '../../../src/contract/outcome.ts';
import type { Artefact, RunStore } from '../../../src/ports/store.ts';

const run = promisify(execFile);
const APPEND = join(import.meta.dirname, 'append.ts');
const POSIX = process.platform !== 'win32';

function record(id: string, over: Partial<RunRecord> = {}): RunRecord {
  return {
    version: 1,
    id,
    repository: 'repo',
    root: '/somewhere',
    kind: 'run',
    request: { text: 'add a flag', source: 'text', base: 'a'.repeat(40) },
    branch: null,
    outcome: 'running',
    reason: '',
    startedAt: '2026-11-22T10:00:00.000Z',
    endedAt: null,
    models: { planner: null, executor: null, reviewer: null },
    confinement: 'none',
    prompts: {},
    result: null,
    order: { overrides: {}, plan: null, subject: null },
    parked: null,
    ...over,
  };
}

const event = (seq: number): RecordedEvent => ({
  v: 1,
  seq,
  run: 'r1',
  at: '2026-11-22T10:00:00.000Z',
  type: 'warning.raised',
  code: 'c',
  message: 'line\nbreak',
});

describe('run store', () => {
  let root: string;
  let folder: string;
  let store: RunStore;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tercet-store-'));
    folder = join(root, 'data', 'repo-key');
    store = openStore(folder);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const list = async () => {
    const broken: string[] = [];
    const records = await store.list((path, why) => broken.push(`${path}: ${why}`));
    return { ids: records.map(({ id }) => id), broken };
  };

  it('is empty, and makes nothing, before anything is written', async () => {
    expect(await list()).toEqual({ ids: [], broken: [] });
    expect(await store.read('r1', 'plan.yaml')).toBeNull();
    expect(existsSync(folder)).toBe(false);
  });

  it('removes a run whole, and not while a process has it', async () => {
    await store.save(record('r1'));
    await store.save(record('r2'));
    const owned = await store.own('r1');
    await expect(store.remove('r1')).rejects.toMatchObject({ code: 'usage' });
    expect((await list()).ids).toHaveLength(2);
    owned.release();
    await store.remove('r1');
    expect(await list()).toEqual({ ids: ['r2'], broken: [] });
    expect(readdirSync(join(folder, 'runs'))).toEqual(['r2']);
  });

  it('keeps the latest record, for its owner alone, and leaves no other file', async () => {
    await store.save(record('r1'));
    await store.save(record('r1', { outcome: 'approved' }));
    expect(await store.get('r1')).toEqual(record('r1', { outcome: 'approved' }));
    expect(readdirSync(store.folder('r1'))).toEqual(['run.json']);
    expect(store.folder('r1')).toBe(join(folder, 'runs', 'r1'));
    if (POSIX) {
      expect(statSync(store.folder('r1')).mode & 0o777).toBe(0o700);
      expect(statSync(join(store.folder('r1'), 'run.json')).mode & 0o777).toBe(0o600);
    }
  });

  it.each([...OUTCOMES, 'running' as const])('reads back a run that is %s', async (outcome) => {
    await store.save(record('r1', { outcome }));
    expect((await store.get('r1')).outcome).toBe(outcome);
  });

  it('writes and reads artefacts to the character', async () => {
    const text = 'title: "ü"\r\nlast line without an end';
    const path = await store.write('r1', 'plan.yaml', text);
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(await store.read('r1', 'plan.yaml')).toBe(text);
    expect(await store.read('r1', 'report.md')).toBeNull();
  });

  it('finds a run by an unambiguous prefix, and by its full id even when that is a prefix', async () => {
    for (const id of ['abc', 'abcd', 'b1']) await store.save(record(id));
    expect((await store.get('b')).id).toBe('b1');
    expect((await store.get('abc')).id).toBe('abc');
    await expect(store.get('ab')).rejects.toMatchObject({
      code: 'usage',
      message: '2 runs begin with ab: abc, abcd.',
    });
    await expect(store.get('zzz')).rejects.toMatchObject({ code: 'usage', message: 'No run is called zzz.' });
  });

  it('reads back every outcome a run can end with', async () => {
    const outcomes = [
      'approved',
      'planned',
      'changes_requested',
      'inconclusive',
      'parked',
      'failed',
      'cancelled',
    ] as const;
    for (const outcome of outcomes) await store.save(record(outcome, { outcome }));
    expect((await list()).broken).toEqual([]);
    for (const outcome of outcomes) expect(await store.get(outcome)).toMatchObject({ outcome });
  });

  it('lists newest first', async () => {
    await store.save(record('old', { startedAt: '2026-11-20T23:00:00.000Z' }));
    await store.save(record('new', { startedAt: '2026-11-22T09:00:00+14:00' }));
    await store.save(record('newest', { startedAt: '2026-11-22T09:00:00.000Z' }));
    expect((await list()).ids).toEqual(['newest', 'new', 'old']);
  });

  const BROKEN: [string, string | null, RegExp][] = [
    ['half', '{"version": 1, "id": "bad"', /JSON/],
    ['empty', '', /JSON/],
    ['null', 'null', /not a record/],
    ['a later version', JSON.stringify({ ...record('bad'), version: 2 }), /version 2 is not known; update/],
    ['another run’s', JSON.stringify(record('other')), /it says it is run other/],
    ['without a start', JSON.stringify(record('bad', { startedAt: 'once' })), /no start/],
    ['of a strange outcome', JSON.stringify({ ...record('bad'), outcome: 'great' }), /outcome great/],
    ['without a request', JSON.stringify({ ...record('bad'), request: null }), /no request/],
    ['missing', null, /no record/],
  ];
  it.each(BROKEN)('reports a record that is %s and lists the others', async (_, text, why) => {
    await store.save(record('good'));
    mkdirSync(join(folder, 'runs', 'bad'));
    if (text !== null) writeFileSync(join(folder, 'runs', 'bad', 'run.json'), text);
    const { ids, broken } = await list();
    expect(ids).toEqual(['good']);
    expect(broken).toHaveLength(1);
    expect(broken[0]).toContain(join('bad', 'run.json'));
    expect(broken[0]).toMatch(why);
    await expect(store.get('bad')).rejects.toMatchObject({ code: 'storage', message: expect.stringMatching(why) });
  });

  it.each(['', '.', '..', '../r1', 'a/b', 'a\\b', '/etc', '.hidden', 'a\0b', 'x'.repeat(200), '-rf'])(
    'refuses the id %j everywhere',
    async (id) => {
      const usage = expect.objectContaining({ code: 'usage' });
      await expect(store.get(id)).rejects.toEqual(usage);
      await expect(store.save(record(id))).rejects.toEqual(usage);
      await expect(store.write(id, 'plan.yaml', 'x')).rejects.toEqual(usage);
      await expect(store.read(id, 'plan.yaml')).rejects.toEqual(usage);
      expect(() => store.folder(id)).toThrow(usage);
      expect(() => store.append({ ...event(1), run: id })).toThrow(usage);
      expect(readdirSync(root)).toEqual([]);
    },
  );

  it('refuses a file that is none of a run’s', async () => {
    const name = '../../../evil' as Artefact;
    await expect(store.write('r1', name, 'x')).rejects.toMatchObject({ code: 'usage' });
    await expect(store.read('r1', name)).rejects.toMatchObject({ code: 'usage' });
  });

  it('appends one line an event, and ends a line that a crash left unfinished', () => {
    store.append(event(1));
    store.append(event(2));
    const path = join(store.folder('r1'), 'events.ndjson');
    writeFileSync(path, '{"v":1,"seq":3,"ty', { flag: 'a' });
    openStore(folder).append(event(4));
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines).toEqual([
      JSON.stringify(event(1)),
      JSON.stringify(event(2)),
      '{"v":1,"seq":3,"ty',
      JSON.stringify(event(4)),
    ]);
    if (POSIX) expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('mixes no lines of two processes', async () => {
    await Promise.all(['a', 'b'].map((name) => run(process.execPath, [APPEND, folder, 'r1', name, '200'])));
    const lines = readFileSync(join(store.folder('r1'), 'events.ndjson'), 'utf8')
      .trimEnd()
      .split('\n');
    const events = lines.map((line) => JSON.parse(line) as { code: string; message: string });
    expect(events).toHaveLength(400);
    expect(events.every(({ code, message }) => message === code.repeat(2_000))).toBe(true);
  });

  it('shows a reader whole files while many write', async () => {
    await store.save(record('r1'));
    const writers = Array.from({ length: 40 }, (_, at) =>
      store.save(record('r1', { reason: String(at).repeat(20_000) })),
    );
    const readers = Array.from({ length: 40 }, () => store.get('r1'));
    await Promise.all(writers);
    for (const { reason } of await Promise.all(readers)) {
      expect(new Set([0, 20_000, 40_000])).toContain(reason.length);
    }
    expect(readdirSync(store.folder('r1'))).toEqual(['run.json']);
  });

  it('says what cannot be written', async () => {
    writeFileSync(join(root, 'data'), 'a file where the folder should be');
    const storage = expect.objectContaining({ code: 'storage', message: expect.stringContaining('run.json') });
    await expect(store.save(record('r1'))).rejects.toEqual(storage);
    expect(() => store.append(event(1))).toThrow(expect.objectContaining({ code: 'storage' }));
  });
});
