import { expect, it } from 'vitest';
import type { Reply } from '../../support/model-server/server.ts';
import { ADDED, EDIT, SMOOTH } from '../../support/shop-change.ts';
import { faultStage } from './fault-stage.ts';

/** The executor gets to the tools after one edit that cannot be applied. */
const CONFIG = 'limits: { repairs: 0, toolSteps: 6 }\n';
const NO_EDIT: Reply = { text: 'I would rather use tools.' };
const HEAD = 'export function percentOf(cents, percent) {';
const DO_IT: Reply = {
  toolCalls: [{ name: 'edit_file', input: { path: 'src/money.js', search: HEAD, replace: `${HEAD}\n${ADDED}` } }],
};
const DONE: Reply = { text: 'Shares above 100 percent are refused.' };
const lines = (...steps: Reply[]) => ({ ...SMOOTH, executor: [NO_EDIT, ...steps] });

it('tool JSON cut by max_tokens: the call is not run, and is paid in full', async () => {
  const whole = { name: 'write_file', input: { path: 'src/money.js', content: '' } };
  const cut: Reply = { toolCalls: [whole], stop: 'length' };
  await using stage = await faultStage(lines(cut, DO_IT, DONE), { config: CONFIG });
  const { result, of, calls, said } = await stage.run();
  expect(result.outcome, said).toBe('approved');
  expect(calls('executor')).toHaveLength(4);
  expect(JSON.stringify(calls('executor')[2]?.body)).toContain('Your answer was cut off.');
  const [first] = of('tools');
  expect(first).toMatchObject({ state: 'settled', cost: { basis: 'computed' }, usage: calls('executor')[1]?.usage });
  // The emptied file would have been all there is of it.
  expect(result.implementation?.files).toMatchObject([{ path: 'src/money.js', additions: 1, deletions: 0 }]);
});

it('malformed tool arguments: go back as a tool error, and are paid in full', async () => {
  const bad: Reply = { toolCalls: [{ name: 'edit_file', input: '{"path": "src/money.js", "search": ' }] };
  await using stage = await faultStage(lines(bad, bad, DO_IT, DONE), { config: CONFIG });
  const { result, of, calls, said } = await stage.run();
  expect(result.outcome, said).toBe('approved');
  expect(JSON.stringify(calls('executor')[2]?.body)).toContain('the arguments are not JSON');
  expect(of('tools').map(({ state, cost }) => [state, cost.basis])).toEqual([
    ['settled', 'computed'],
    ['settled', 'computed'],
    ['settled', 'computed'],
    ['settled', 'computed'],
  ]);
});

it('malformed tool arguments again and again: at most 2 repairs', async () => {
  const bad: Reply = { toolCalls: [{ name: 'edit_file', input: { path: 'src/money.js' } }] };
  await using stage = await faultStage(lines(bad, bad, bad, DO_IT, DONE), { config: CONFIG });
  const { result, of, said } = await stage.run();
  expect(result.outcome).toBe('failed');
  expect(of('tools')).toHaveLength(3);
  expect(said).toContain('Its tool calls had malformed arguments 3 times in a row.');
});

it('duplicate tool ids: get ids of their own, so that the conversation stays usable', async () => {
  const read = (id: string) => ({ name: 'read_file', input: { path: 'src/money.js', first: null, last: null }, id });
  const twice: Reply = { toolCalls: [read('same'), read('same')] };
  await using stage = await faultStage(lines(twice, twice, DO_IT, DONE), { config: CONFIG });
  const { result, calls, of, said } = await stage.run();
  expect(result.outcome, said).toBe('approved');
  const body = JSON.stringify(calls('executor')[3]?.body);
  const ids = [...body.matchAll(/"type":"tool_use","id":"([^"]+)"/g)].map(([, id]) => id);
  expect(ids).toHaveLength(4);
  expect(new Set(ids).size).toBe(4);
  for (const receipt of of('tools')) expect(receipt).toMatchObject({ state: 'settled', cost: { basis: 'computed' } });
});

it('an edit answer that was cut is not applied either', async () => {
  await using stage = await faultStage(
    { ...SMOOTH, executor: [{ text: EDIT, stop: 'length' }, { text: EDIT }] },
    { config: 'limits: { repairs: 1 }\n' },
  );
  const { result, calls } = await stage.run();
  expect(result.outcome, result.reason).toBe('approved');
  expect(JSON.stringify(calls('executor')[1]?.body)).toContain('cut off, so nothing was applied');
});
