import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { openLedger } from '../../../src/adapters/ledger/sqlite.ts';
import type { Cap } from '../../../src/ports/ledger.ts';
import { addUsd, compareUsd } from '../../../src/pricing/usd.ts';

const run = promisify(execFile);
const PAYER = path.join(import.meta.dirname, 'payer.ts');
const CALLS = 200;
/** About 2,600 millionths of a dollar are held for a call that then costs about 30: some fit at once, most after a wait. */
const CAP = '0.01';

it('two processes with 200 concurrent paid calls each never exceed a shared cap; a double settle changes nothing', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tercet-shared-cap-'));
  const file = path.join(folder, 'ledger.db');
  try {
    const ledger = await openLedger(file);
    const keys = new Set([new Date().toISOString().slice(0, 10)]);
    let over = 0;
    let looks = 0;
    let most = '0';
    let ended = false;
    const watch = (async () => {
      while (!ended) {
        keys.add(new Date().toISOString().slice(0, 10));
        for (const { spent, held } of await ledger.spending(capsOn(keys))) {
          const sum = addUsd(spent, held);
          if (compareUsd(sum, CAP) > 0) over += 1;
          if (compareUsd(sum, most) > 0) most = sum;
        }
        looks += 1;
        await pause(2);
      }
    })();
    const ends = await Promise.all(
      ['run-a', 'run-b'].map((name) => run(process.execPath, [PAYER, file, name, String(CALLS), CAP])),
    );
    ended = true;
    await watch;

    const counts = ends.map(({ stdout }) => JSON.parse(stdout) as { paid: number; refused: number });
    for (const { paid, refused } of counts) expect(paid + refused).toBe(CALLS);
    const paid = counts.reduce((sum, each) => sum + each.paid, 0);
    // Both got something, not everything fitted, and the cap was made use of.
    for (const each of counts) expect(each.paid).toBeGreaterThan(0);
    expect(paid).toBeLessThan(2 * CALLS);
    expect(over).toBe(0);
    expect(looks).toBeGreaterThan(20);
    expect(Number(most)).toBeGreaterThan(Number(CAP) / 2);

    const receipts = await ledger.list({});
    expect(receipts).toHaveLength(paid);
    expect(new Set(receipts.map(({ callId }) => callId)).size).toBe(paid);
    // Each at its own price: the second and third settle changed nothing.
    for (const { state, cost } of receipts) {
      expect(state).toBe('settled');
      expect(Number(cost.usd)).toBeLessThan(0.001);
      expect(Number(cost.usd)).toBeGreaterThan(0);
    }
    const sum = addUsd(...receipts.map(({ cost }) => cost.usd ?? '0'));
    expect(compareUsd(sum, CAP)).toBeLessThanOrEqual(0);
    const totals = await ledger.spending(capsOn(keys));
    expect(addUsd(...totals.map(({ spent }) => spent))).toBe(sum);
    expect(addUsd(...totals.map(({ held }) => held))).toBe('0');
    await ledger.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);

function capsOn(days: ReadonlySet<string>): Cap[] {
  return [...days].map((key) => ({ scope: 'day', unit: 'usd', key, amount: CAP }));
}
