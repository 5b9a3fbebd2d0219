import type { FileDiff, Hunk } from '../contract/change.ts';
import type { Coverage } from '../contract/review.ts';
import { type DiffOptions, renderDiff, renderHunk } from './number-diff.ts';
import { foldPath } from './paths.ts';
import { isSensitive } from './sensitive.ts';

/** Reasons for skipping that do not stand in the way of approval: a person decided or nothing is there to read. */
export const HARMLESS_SKIPS: readonly string[] = ['binary', 'lock file', 'generated file'];

export interface SplitOptions extends DiffOptions {
  /** The most one part may have, by `estimate`. */
  maxTokens: number;
  /** Tokens of a text. The estimate of a whole may not exceed the sum of its parts'. */
  estimate(text: string): number;
  /** Whether to leave out lock files and generated files. Default false. */
  skipGenerated?: boolean;
}

export interface ReviewPart {
  files: FileDiff[];
  text: string;
}

/**
 * Splits a change for review: by file, and a file that is too large by hunk, in order. Every hunk is in exactly one
 * part or in `coverage.skipped` with the reason; binary files are listed there with hunk null. Parts stay within
 * `maxTokens`; a single hunk above it is skipped as too large, never cut.
 */
export function splitForReview(
  files: readonly FileDiff[],
  options: SplitOptions,
): { parts: ReviewPart[]; coverage: Coverage } {
  const coverage: Coverage = { hunks: 0, reviewed: 0, skipped: [] };
  const parts: FileDiff[][] = [];
  let current: FileDiff[] = [];
  let used = 0;
  const put = (piece: FileDiff, tokens: number) => {
    if (current.length > 0 && used + tokens > options.maxTokens) {
      parts.push(current);
      current = [];
      used = 0;
    }
    const last = current.at(-1);
    if (last?.file === piece.file) current[current.length - 1] = { ...last, hunks: [...last.hunks, ...piece.hunks] };
    else current.push(piece);
    used += tokens;
    coverage.reviewed += piece.hunks.length;
  };

  for (const file of files) {
    coverage.hunks += file.hunks.length;
    const path = file.file.path;
    const skip = file.file.binary ? 'binary' : options.skipGenerated ? generatedKind(path) : null;
    if (skip) {
      coverage.skipped.push(...skippedAs(file, skip));
      continue;
    }
    const costs = file.hunks.map((hunk) => ({ hunk, tokens: costOf(file, hunk, options) }));
    const whole = costs.reduce((sum, { tokens }) => sum + tokens, 0);
    if (costs.length === 0) {
      put(file, options.estimate(`${renderDiff([file], options)}\n`));
    } else if (whole <= options.maxTokens) {
      put(file, whole);
    } else {
      for (const { hunk, tokens } of costs) {
        if (tokens <= options.maxTokens) put({ file: file.file, hunks: [hunk] }, tokens);
        else coverage.skipped.push({ path, hunk: hunk.id, reason: tooLarge(tokens, options.maxTokens) });
      }
    }
  }
  if (current.length > 0) parts.push(current);
  return { parts: parts.map((part) => ({ files: part, text: renderDiff(part, options) })), coverage };
}

/** `lock file` or `generated file` by its name, or null. */
export function generatedKind(path: string): 'lock file' | 'generated file' | null {
  if (isSensitive(path) === 'a lock file') return 'lock file';
  const generated =
    /(^|\/)(dist|build|out|vendor|node_modules|__generated__|__snapshots__|generated)\/|\.(min\.(js|css)|map|snap|pb\.go|g\.dart|generated\.\w+)$|_pb2\.py$/u;
  return generated.test(foldPath(path)) ? 'generated file' : null;
}

function costOf(file: FileDiff, hunk: Hunk, options: SplitOptions): number {
  return options.estimate(`${renderHunk(file, hunk, options)}\n`);
}

function skippedAs(file: FileDiff, reason: string): Coverage['skipped'] {
  const path = file.file.path;
  if (file.hunks.length === 0) return [{ path, hunk: null, reason }];
  return file.hunks.map((hunk) => ({ path, hunk: hunk.id, reason }));
}

function tooLarge(tokens: number, max: number): string {
  return `too large: about ${tokens} tokens, at most ${max} fit in one review`;
}
