import type { Finding } from '../contract/review.ts';
import { canonical } from './anchor.ts';

type Comparable = Pick<Finding, 'path' | 'line' | 'title' | 'quote' | 'category'>;

/** Whether two findings of one answer are one: same file, same or adjacent line (or none), and similar titles. */
export function sameFinding(a: Comparable, b: Comparable): boolean {
  return a.path === b.path && near(a, b) && similar(a.title, b.title);
}

/** Whether a finding is one reported before: lines may have shifted since, but then its quote is the same. */
export function sameAsKnown(a: Comparable, known: Comparable): boolean {
  if (sameFinding(a, known)) return true;
  const quote = canonical(a.quote);
  if (a.path !== known.path || quote.length < 4 || quote !== canonical(known.quote)) return false;
  return similar(a.title, known.title) || (near(a, known) && a.category === known.category);
}

function near(a: Comparable, b: Comparable): boolean {
  if (a.line === null || b.line === null) return a.line === b.line;
  return Math.abs(a.line - b.line) <= 1;
}

/** Half of the words of both are in both, or one says all the other does. */
function similar(a: string, b: string): boolean {
  const [x, y] = [wordsOf(a), wordsOf(b)];
  const shared = [...x].filter((word) => y.has(word)).length;
  const smaller = Math.min(x.size, y.size);
  if (smaller === 0) return a === b;
  return shared / (x.size + y.size - shared) >= 0.5 || (smaller >= 2 && shared === smaller);
}

function wordsOf(title: string): Set<string> {
  const words = title.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
  return new Set(words.filter((word) => !/^(?:a|an|the|is|are|of|in|on|to|for|and|or|not|be|it)$/u.test(word)));
}
