/**
 * Whether the model that answered is the one that was asked for.
 * `same` its id; `snapshot` the same id with a date (`claude-haiku-5-5-20261001`, `gpt-6.1-sol-2026-09-01`);
 * `different` anything else, a snapshot of another date included; `unknown` the provider did not say.
 */
export type ServedModel = 'same' | 'snapshot' | 'different' | 'unknown';

const DATED = /^[-@](\d{4})(-?)(\d{2})\2(\d{2})$/;

/**
 * `requested` is `provider/model`; the model itself may hold slashes (`openrouter/anthropic/claude-haiku-5-5`).
 * `served` is what the answer names, with or without the provider. Case counts, and so does every other character.
 */
export function sameModel(requested: string, served: string | null): ServedModel {
  if (served === null || served.trim() === '') return 'unknown';
  const model = requested.slice(requested.indexOf('/') + 1);
  const names = [requested, model];
  if (names.includes(served)) return 'same';
  return names.some((name) => served.startsWith(name) && isDate(served.slice(name.length))) ? 'snapshot' : 'different';
}

function isDate(suffix: string): boolean {
  const [, year, , month, day] = DATED.exec(suffix) ?? [];
  if (year === undefined) return false;
  const at = Date.parse(`${year}-${month}-${day}`);
  // A day such as 31 February parses to one in March.
  return Number(year) >= 2020 && !Number.isNaN(at) && new Date(at).getUTCDate() === Number(day);
}
