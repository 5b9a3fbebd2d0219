import type { RunResult, RunSummary } from '../contract/outcome.ts';
import { escapeHidden } from './clean.ts';

/** A run for machines: the object `--json` prints and `summary.json` holds. Texts are as they came, not cleaned. */
export function summaryOf(result: RunResult): RunSummary {
  const { implementation, review, cost } = result;
  return {
    run: result.run,
    outcome: result.outcome,
    reason: result.reason,
    verdict: review?.verdict ?? null,
    branch: implementation?.branch ?? null,
    base: implementation?.base ?? result.request.base,
    commits: implementation?.commits ?? [],
    tasks: implementation?.tasks ?? [],
    findings: review?.findings ?? [],
    sensitive: result.sensitive,
    cost: {
      usd: cost.usd,
      basis: cost.basis,
      unknownCalls: cost.unknownCalls,
      byRole: Object.fromEntries(cost.byRole.map((line) => [line.key, { usd: line.usd, calls: line.calls }])),
    },
    counterfactual: result.counterfactual,
  };
}

/**
 * A value as one line of JSON that is also safe to look at: hidden and bidirectional characters stand as `\u` escapes,
 * so a parser reads exactly the same value and a terminal shows them. Without a line feed.
 */
export function jsonLine(value: unknown): string {
  return shown(JSON.stringify(value));
}

/** As {@link jsonLine}, indented over several lines, for files and for readers. */
export function jsonText(value: unknown): string {
  return shown(JSON.stringify(value, null, 2));
}

function shown(json: string): string {
  const units = (text: string) =>
    text.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return escapeHidden(json, (codePoint) => units(String.fromCodePoint(codePoint)).join(''));
}
