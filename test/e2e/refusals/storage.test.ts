import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test, vi } from 'vitest';
import { tellAll } from '../../support/refusals/golden.ts';
import { HAPPY, RUN } from '../../support/refusals/sample.ts';
import { scene } from '../../support/refusals/scene.ts';

vi.setConfig({ testTimeout: 60_000 });

describe.concurrent('the folder of ledger and runs', () => {
  test('that is a file, or cannot be made', async ({ expect }) => {
    await using at = await scene({});
    const file = path.join(at.home.folder, 'file');
    writeFileSync(file, 'mine');
    const told = await tellAll(at, [
      { what: 'TERCET_HOME is a file', args: RUN, env: { TERCET_HOME: file } },
      { what: 'TERCET_HOME lies below a file', args: ['costs'], env: { TERCET_HOME: path.join(file, 'home') } },
    ]);
    expect(told).toMatchInlineSnapshot(`
      "# TERCET_HOME is a file
      $ tercet run 'Greet with a comma in src/greet.js' --yes --always-plan
      tercet: The ledger HOME/file/data/ledger.db cannot be used (ENOTDIR: not a directory, mkdir 'HOME/file/data').
        Check that the folder exists on a local disk and that you may write to it.
      exit 1, storage

      # TERCET_HOME lies below a file
      $ tercet costs
      tercet: The ledger HOME/file/home/data/ledger.db cannot be used (ENOTDIR: not a directory, mkdir 'HOME/file/home/data').
        Check that the folder exists on a local disk and that you may write to it.
      exit 1, storage
      "
    `);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  test.skipIf(process.getuid?.() === 0)('that may not be written to', async ({ expect }) => {
    await using at = await scene({});
    const folder = path.join(at.home.folder, 'locked');
    mkdirSync(folder);
    chmodSync(folder, 0o500);
    const told = await tellAll(at, [{ what: 'locked', args: RUN, env: { TERCET_HOME: folder } }]);
    expect(told).toContain('Check that the folder exists on a local disk and that you may write to it.');
    expect(told).toContain('exit 1, storage');
  });

  test('whose repositories are a file', async ({ expect }) => {
    await using at = await scene(HAPPY);
    mkdirSync(path.join(at.home.folder, 'data'));
    writeFileSync(path.join(at.home.folder, 'data', 'repositories'), 'mine');
    expect(await tellAll(at, [{ what: 'a file in the way', args: RUN }])).toMatchInlineSnapshot(`
      "# a file in the way
      $ tercet run 'Greet with a comma in src/greet.js' --yes --always-plan
      tercet: HOME/data/repositories/shop-KEY/runs/RUN/run.json cannot be used: ENOTDIR: not a directory, mkdir 'HOME/data/repositories/shop-KEY/runs/RUN'.
        Check that the folder exists, that you may write to it, and that the disk is not full.
      exit 1, storage
      "
    `);
  });

  test('whose ledger is damaged: set aside, named, and the next command begins a new one', async ({ expect }) => {
    await using at = await scene({});
    const data = path.join(at.home.folder, 'data');
    mkdirSync(data);
    writeFileSync(path.join(data, 'ledger.db'), `no database${'x'.repeat(8192)}`);
    const first = await at.run(['costs', '--json']);
    expect([first.code, JSON.parse(first.stdout).error.code]).toEqual([1, 'storage']);
    expect(first.stderr).toMatchInlineSnapshot(`
      "tercet: The ledger HOME/data/ledger.db is damaged (file is not a database).
        It is kept as HOME/data/ledger.db.damaged-WHEN. Run the command again to begin a new ledger; what was spent before is not in it.
      "
    `);
    const [kept = ''] = readdirSync(data).filter((name) => name.includes('damaged'));
    expect(readFileSync(path.join(data, kept), 'utf8')).toContain('no database');
    expect((await at.run(['costs', '--json'])).code).toBe(0);
  });
});
