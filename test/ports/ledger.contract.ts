import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Receipt } from '../../src/contract/usage.ts';
import type { Cap, Ledger } from '../../src/ports/ledger.ts';
import { addUsd, compareUsd } from '../../src/pricing/usd.ts';

export interface LedgerUnderTest {
  ledger: Ledger;
  /** Two holders at once, each trying `calls` holds of `heldUsd` under `cap`; how many each was granted. */
  race(options: { calls: number; heldUsd: string; cap: Cap }): Promise<number[]>;
  remove(): Promise<void>;
}

/** A held receipt with what a test does not care about filled in. */
export function heldReceipt(callId: string, over: Partial<Receipt> = {}): Receipt {
  return {
    callId,
    run: 'run-1',
    repository: 'repo-1',
    role: 'executor',
    purpose: 'edit',
    task: 'T1',
    requestedModel: 'anthropic/claude-haiku-5-5',
    servedModel: null,
    insteadOf: null,
    unit: 'usd',
    quantity: null,
    state: 'held',
    usage: null,
    cost: { usd: null, basis: 'unpriced', price: null },
    heldUsd: '0.1',
    startedAt: '2026-11-22T10:00:00.000Z',
    ms: null,
    promptHash: 'p',
    answer: null,
    requestId: null,
    error: null,
    failure: null,
    ...over,
  };
}

export function settledReceipt(callId: string, usd: string | null, over: Partial<Receipt> = {}): Receipt {
  return heldReceipt(callId, {
    state: 'settled',
    cost: { usd, basis: usd === null ? 'unpriced' : 'computed', price: null },
    answer: { text: 'done', list: [1, 'ü'] },
    ...over,
  });
}

const cap = (amount: string): Cap => ({ scope: 'run', unit: 'usd', key: 'run-1', amount });

/** What every ledger does; run over each adapter. */
export function ledgerContract(name: string, open: () => Promise<LedgerUnderTest>): void {
  describe(`ledger contract: ${name}`, () => {
    let under: LedgerUnderTest;
    let ledger: Ledger;
    beforeEach(async () => {
      under = await open();
      ledger = under.ledger;
    });
    afterEach(async () => {
      await ledger.close();
      await under.remove();
    });

    it('finds nothing before, the held row during and the settled row after a call', async () => {
      expect(await ledger.find('c1')).toBeNull();
      expect(await ledger.hold(heldReceipt('c1'), [])).toEqual({ granted: true });
      expect(await ledger.find('c1')).toEqual(heldReceipt('c1'));
      await ledger.settle(settledReceipt('c1', '0.00431'));
      expect(await ledger.find('c1')).toEqual(settledReceipt('c1', '0.00431'));
    });

    it('keeps its rows apart from the objects it was given and gives out', async () => {
      const receipt = heldReceipt('c1');
      await ledger.hold(receipt, []);
      receipt.error = 'changed';
      const found = await ledger.find('c1');
      if (found !== null) found.error = 'changed too';
      expect((await ledger.find('c1'))?.error).toBeNull();
    });

    it('grants up to the cap exactly and refuses one pico-dollar more', async () => {
      expect(await ledger.hold(heldReceipt('c1', { heldUsd: '0.3' }), [cap('0.3')])).toEqual({ granted: true });
      expect(await ledger.hold(heldReceipt('c2', { heldUsd: '0.000000000001' }), [cap('0.3')])).toEqual({
        granted: false,
        cap: cap('0.3'),
        spent: '0',
        held: '0.3',
        releasable: '0',
      });
      expect(await ledger.find('c2')).toBeNull();
    });

    it('says what is spent and what is held when it refuses', async () => {
      await ledger.hold(heldReceipt('c1'), []);
      await ledger.settle(settledReceipt('c1', '0.07'));
      await ledger.hold(heldReceipt('c2', { heldUsd: '0.05' }), []);
      const answer = await ledger.hold(heldReceipt('c3', { heldUsd: '0.9' }), [cap('1')]);
      expect(answer).toEqual({ granted: false, cap: cap('1'), spent: '0.07', held: '0.05', releasable: '0' });
    });

    it('names the cap that refuses, of several', async () => {
      const answer = await ledger.hold(heldReceipt('c1'), [cap('5'), cap('0.01')]);
      expect(answer).toMatchObject({ granted: false, cap: { amount: '0.01' } });
    });

    it('counts only the run the cap is about', async () => {
      await ledger.hold(heldReceipt('other', { run: 'run-2', heldUsd: '9' }), []);
      expect(await ledger.hold(heldReceipt('c1'), [cap('0.1')])).toEqual({ granted: true });
    });

    it('grants a call that is already held again, without holding twice', async () => {
      await ledger.hold(heldReceipt('c1', { heldUsd: '0.6' }), [cap('1')]);
      expect(await ledger.hold(heldReceipt('c1', { heldUsd: '0.6' }), [cap('1')])).toEqual({ granted: true });
      expect(await ledger.hold(heldReceipt('c2', { heldUsd: '0.4' }), [cap('1')])).toEqual({ granted: true });
      expect(await ledger.list({})).toHaveLength(2);
    });

    it('releases the hold on settling, so that the rest is free again', async () => {
      await ledger.hold(heldReceipt('c1', { heldUsd: '1' }), [cap('1')]);
      await ledger.settle(settledReceipt('c1', '0.2'));
      expect(await ledger.hold(heldReceipt('c2', { heldUsd: '0.8' }), [cap('1')])).toEqual({ granted: true });
    });

    it('ignores a second settle', async () => {
      await ledger.hold(heldReceipt('c1'), []);
      await ledger.settle(settledReceipt('c1', '0.02'));
      await ledger.settle(settledReceipt('c1', '99', { state: 'failed' }));
      expect(await ledger.find('c1')).toEqual(settledReceipt('c1', '0.02'));
    });

    it('books a settled call that was never held, rather than lose it', async () => {
      await ledger.settle(settledReceipt('c1', '0.9'));
      expect(await ledger.hold(heldReceipt('c2', { heldUsd: '0.2' }), [cap('1')])).toMatchObject({ spent: '0.9' });
    });

    it('keeps counting the hold of a call whose cost stayed unknown', async () => {
      await ledger.hold(heldReceipt('c1', { heldUsd: '0.6' }), []);
      await ledger.settle(settledReceipt('c1', null));
      const answer = await ledger.hold(heldReceipt('c2', { heldUsd: '0.5' }), [cap('1')]);
      expect(answer).toEqual({ granted: false, cap: cap('1'), spent: '0', held: '0.6', releasable: '0' });
    });

    it('holds nothing for an unpriced call', async () => {
      expect(await ledger.hold(heldReceipt('c1', { heldUsd: null }), [cap('0')])).toEqual({ granted: true });
      await ledger.settle(settledReceipt('c1', null, { heldUsd: null }));
      expect((await ledger.find('c1'))?.cost.usd).toBeNull();
      expect(await ledger.hold(heldReceipt('c2', { heldUsd: '0.01' }), [cap('0.01')])).toEqual({ granted: true });
    });

    it('lets a failed call that cost nothing be tried again, and no paid one', async () => {
      await ledger.hold(heldReceipt('c1'), []);
      await ledger.settle(settledReceipt('c1', '0', { state: 'failed', error: 'overloaded' }));
      expect(await ledger.hold(heldReceipt('c1'), [])).toEqual({ granted: true });
      await ledger.settle(settledReceipt('c1', '0.01'));
      await expect(ledger.hold(heldReceipt('c1'), [])).rejects.toMatchObject({ code: 'internal' });
      await ledger.settle(settledReceipt('c2', null, { state: 'failed' }));
      await expect(ledger.hold(heldReceipt('c2'), [])).rejects.toMatchObject({ code: 'internal' });
      expect(await ledger.find('c1')).toEqual(settledReceipt('c1', '0.01'));
    });

    it('refuses to settle a receipt that is still held', async () => {
      await expect(ledger.settle(heldReceipt('c1'))).rejects.toMatchObject({ code: 'internal' });
    });

    it('lists in order of the start, filtered by run, repository and time', async () => {
      const at = (time: string, over: Partial<Receipt>) => ({ startedAt: `2026-11-22T${time}`, ...over });
      await ledger.hold(heldReceipt('late', at('12:00:00.000Z', {})), []);
      await ledger.hold(heldReceipt('early', at('09:00:00.000Z', { run: 'run-2' })), []);
      await ledger.hold(heldReceipt('same-a', at('10:00:00.000Z', { repository: 'repo-2' })), []);
      await ledger.hold(heldReceipt('same-b', at('10:00:00.000Z', {})), []);
      await ledger.settle(settledReceipt('early', '0.1', at('09:00:00.000Z', { run: 'run-2' })));
      const ids = async (filter: Parameters<Ledger['list']>[0]) => (await ledger.list(filter)).map((row) => row.callId);
      expect(await ids({})).toEqual(['early', 'same-a', 'same-b', 'late']);
      expect(await ids({ run: 'run-2' })).toEqual(['early']);
      expect(await ids({ repository: 'repo-1' })).toEqual(['early', 'same-b', 'late']);
      expect(await ids({ run: 'run-1', repository: 'repo-2' })).toEqual(['same-a']);
      // Bounds are instants, however they are written.
      expect(await ids({ since: '2026-11-22T10:00:00Z', until: '2026-11-22T13:00:00+01:00' })).toEqual([
        'same-a',
        'same-b',
      ]);
      expect(await ids({ run: "' OR 1=1 --" })).toEqual([]);
      await expect(ledger.list({ since: 'yesterday' })).rejects.toMatchObject({ code: 'usage' });
    });

    describe('with caps of days and months', () => {
      const at = (startedAt: string, over: Partial<Receipt> = {}): Partial<Receipt> => ({ startedAt, ...over });
      const day = (key: string, amount: string): Cap => ({ scope: 'day', unit: 'usd', key, amount });
      const month = (key: string, amount: string): Cap => ({ scope: 'month', unit: 'usd', key, amount });

      it('adds up all runs of a UTC day, and of a UTC month, by the start of the call', async () => {
        await ledger.hold(heldReceipt('a', at('2026-11-30T23:59:59.999Z', { run: 'run-2', heldUsd: '0.4' })), []);
        await ledger.hold(heldReceipt('b', at('2026-12-01T00:00:00.000Z', { run: 'run-3', heldUsd: '0.3' })), []);
        await ledger.settle(settledReceipt('b', '0.25', at('2026-12-01T00:00:00.000Z', { run: 'run-3' })));
        const caps = [day('2026-11-30', '1'), day('2026-12-01', '1'), month('2026-11', '1'), month('2026-12', '1')];
        expect((await ledger.spending(caps)).map(({ spent, held }) => [spent, held])).toEqual([
          ['0', '0.4'],
          ['0.25', '0'],
          ['0', '0.4'],
          ['0.25', '0'],
        ]);
        const late = heldReceipt('c', at('2026-11-30T12:00:00.000Z', { heldUsd: '0.7' }));
        expect(await ledger.hold(late, [day('2026-11-30', '1')])).toMatchObject({ granted: false, held: '0.4' });
        expect(await ledger.hold(late, [month('2026-11', '1')])).toMatchObject({ granted: false });
        expect(await ledger.hold(late, [day('2026-11-30', '1.1'), month('2026-11', '1.1')])).toEqual({ granted: true });
      });

      it('books nothing when any one of the caps refuses', async () => {
        const answer = await ledger.hold(heldReceipt('a', { heldUsd: '0.5' }), [cap('5'), day('2026-11-22', '0.4')]);
        expect(answer).toMatchObject({ granted: false, cap: { scope: 'day' } });
        expect(await ledger.find('a')).toBeNull();
        expect(await ledger.spending([cap('5'), day('2026-11-22', '1')])).toMatchObject([{ held: '0' }, { held: '0' }]);
      });

      it('says how much calls under way in other runs may give back', async () => {
        const startedAt = '2026-11-22T10:00:00.000Z';
        await ledger.hold(heldReceipt('own', { heldUsd: '0.1' }), []);
        await ledger.hold(heldReceipt('other', { run: 'run-2', heldUsd: '0.2' }), []);
        await ledger.hold(heldReceipt('old', at('2026-11-22T09:00:00.000Z', { run: 'run-3', heldUsd: '0.3' })), []);
        await ledger.hold(heldReceipt('unknown', { run: 'run-4', heldUsd: '0.4' }), []);
        await ledger.settle(settledReceipt('unknown', null, { run: 'run-4' }));
        const asks = heldReceipt('asks', at(startedAt, { heldUsd: '1' }));
        expect(await ledger.hold(asks, [day('2026-11-22', '1')])).toMatchObject({ held: '1', releasable: '0.2' });
      });

      it('counts a call that is tried again where it starts anew', async () => {
        await ledger.hold(heldReceipt('a', at('2026-11-21T23:00:00.000Z', { heldUsd: '0.5' })), []);
        await ledger.settle(settledReceipt('a', '0', at('2026-11-21T23:00:00.000Z', { state: 'failed' })));
        await ledger.hold(heldReceipt('a', at('2026-11-22T01:00:00.000Z', { heldUsd: '0.5' })), []);
        const totals = await ledger.spending([day('2026-11-21', '1'), day('2026-11-22', '1')]);
        expect(totals.map(({ held }) => held)).toEqual(['0', '0.5']);
      });
    });

    describe('with other units', () => {
      const credits = (over: Partial<Receipt> = {}): Partial<Receipt> => ({
        unit: 'credits',
        cost: { usd: null, basis: 'credits', price: null },
        heldUsd: null,
        quantity: { held: '10', taken: null },
        ...over,
      });
      const capOf = (unit: Cap['unit'], amount: string): Cap => ({ scope: 'day', unit, key: '2026-11-22', amount });

      it('counts nothing of one unit in another', async () => {
        await ledger.hold(heldReceipt('c', credits()), []);
        await ledger.settle(heldReceipt('c', credits({ state: 'settled', quantity: { held: '10', taken: '7.5' } })));
        await ledger.hold(heldReceipt('d', { heldUsd: '0.5' }), []);
        const calls = credits({ unit: 'subscription-calls', quantity: { held: '1', taken: null } });
        await ledger.hold(heldReceipt('s', calls), []);
        const caps = [capOf('usd', '1'), capOf('credits', '10'), capOf('subscription-calls', '3')];
        expect((await ledger.spending(caps)).map(({ spent, held }) => [spent, held])).toEqual([
          ['0', '0.5'],
          ['7.5', '0'],
          ['0', '1'],
        ]);
        expect(await ledger.hold(heldReceipt('d2', { heldUsd: '0.5' }), caps)).toEqual({ granted: true });
      });

      it('holds and refuses under the caps of its own unit, and under no other', async () => {
        const caps = [capOf('usd', '0'), capOf('credits', '15')];
        expect(await ledger.hold(heldReceipt('a', credits()), caps)).toEqual({ granted: true });
        expect(await ledger.hold(heldReceipt('b', credits()), caps)).toMatchObject({
          granted: false,
          cap: { unit: 'credits', amount: '15' },
          held: '10',
        });
        // What a call took while nobody said how much, it holds on to.
        await ledger.settle(heldReceipt('a', credits({ state: 'settled' })));
        expect(await ledger.hold(heldReceipt('b', credits()), caps)).toMatchObject({ granted: false, held: '10' });
      });
    });

    it('never goes over the cap when two holders race', async () => {
      // 400 tries of 1 cent under $1.505: exactly 150 fit.
      const granted = await under.race({ calls: 200, heldUsd: '0.01', cap: cap('1.505') });
      expect(granted).toHaveLength(2);
      expect(granted.reduce((sum, count) => sum + count)).toBe(150);
      const held = await ledger.list({ run: 'run-1' });
      expect(held).toHaveLength(150);
      expect(compareUsd(addUsd(...held.map((row) => row.heldUsd ?? '0')), '1.505')).toBeLessThanOrEqual(0);
    });
  });
}
