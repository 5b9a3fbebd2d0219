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
