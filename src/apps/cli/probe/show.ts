import type { ProbeOrder } from '../../../compose/setup/probe.ts';
import { UNITS } from '../../../contract/usage.ts';
import { addUsd, showUsd } from '../../../pricing/usd.ts';
import { clean, cleanLine } from '../../../report/clean.ts';
import { amountOf, inputOf } from '../../../report/phrases.ts';
import { pad } from '../../../report/width.ts';
import type { RoleProbe } from './types.ts';

/** Before the calls: who is asked, and the most it can cost. */
export function ordersText(orders: readonly ProbeOrder[]): string {
  const width = Math.max(...orders.map(({ model }) => model.length));
  const rows = orders.map(({ role, model, most, problem }) => {
    const what = problem === null ? (most === null ? '' : mostText(most)) : 'not called, see below';
    return `  ${pad(role, 8)}  ${pad(cleanLine(model, 200), width)}  ${what}`;
  });
  return ['Probe: one call for each role, a few words each, held and booked like any other.', ...rows, sumText(orders)]
    .filter((line) => line !== '')
    .join('\n');
}

type Most = NonNullable<ProbeOrder['most']>;

function mostText({ unit, heldUsd, quantity }: Most): string {
  const amount = unit === 'usd' ? heldUsd : (quantity?.held ?? null);
  return amount === null ? 'at most: unknown (it has no price)' : `at most ${amountOf(unit, amount, showUsd)}`;
}

function sumText(orders: readonly ProbeOrder[]): string {
  const mosts = orders.flatMap(({ most }) => (most === null ? [] : [most]));
  const sums = UNITS.flatMap((unit) => {
    const of = mosts.filter((most) => most.unit === unit);
    const amounts = of.flatMap(({ heldUsd, quantity }) => (unit === 'usd' ? heldUsd : quantity?.held) ?? []);
    return of.length === 0 ? [] : [amountOf(unit, addUsd(...amounts), showUsd)];
  });
  const unknown = mosts.some(({ unit, heldUsd }) => unit === 'usd' && heldUsd === null);
  return sums.length === 0 ? '' : `In all at most ${sums.join(' and ')}${unknown ? ', and what has no price' : ''}.`;
}

/** After a call: what served it, how long it took, what it used and cost; or what was wrong and what to do. */
export function lineOf(probe: RoleProbe): string {
  const { role, model, state, servedModel, ms, usage, cost, unit, quantity, warnings, message, fix } = probe;
  const facts = [
    servedModel === null ? 'which model served is not told' : `served by ${cleanLine(servedModel, 200)}`,
    ms === null ? '' : `${ms} ms`,
    usage === null ? 'tokens not told' : `${inputOf(usage)} tokens in, ${usage.output} out`,
    unit === 'usd'
      ? `${showUsd(cost?.usd ?? null)} (${cost?.basis ?? 'unknown'})`
      : unit === null
        ? ''
        : quantity?.taken == null
          ? 'cost unknown'
          : `${amountOf(unit, quantity.taken, showUsd)} (${cost?.basis ?? 'unknown'})`,
  ].filter((fact) => fact !== '');
  const under = (text: string) =>
    `\n${' '.repeat(10)}${clean(text)
      .split('\n')
      .join(`\n${' '.repeat(10)}`)}`;
  const head = `${pad(role, 8)}  ${state === 'answered' ? 'ok' : state.toUpperCase()}  ${cleanLine(model, 200)}`;
  const rest = state === 'not called' ? '' : under(facts.join(', '));
  const said = message === null ? '' : under(message);
  return `${head}${rest}${said}${warnings.map(under).join('')}${fix === null ? '' : under(`→ ${fix}`)}`;
}
