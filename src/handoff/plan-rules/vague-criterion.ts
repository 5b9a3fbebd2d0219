import { concreteness } from '../concrete.ts';

const HOW =
  '(?:correctly|properly|well|fine|nicely|smoothly|reliably|efficiently|seamlessly|gracefully|successfully|appropriately|(?:just )?as (?:expected|intended|designed|required|specified|described|desired|needed|before|it should)|like (?:before|it should))';

/** What reads like a criterion and shows nothing. Taken out; what is left has to show something. */
const VAGUE: readonly RegExp[] = [
  new RegExp(`\\b(?:[a-z]+\\s+)?${HOW}`, 'giu'),
  /\b(?:is|are|was|were|be|been|gets?|being)\s+(?:now\s+)?(?:fully\s+|completely\s+|all\s+)?(?:implemented|done|complete(?:d)?|finished|supported|working|in place|handled|improved|refactored|fixed|integrated|optimi[sz]ed|cleaned up|tested|covered|functional|available|ready)\b/giu,
  // "added" and "documented" say something when they say where.
  /\b(?:is|are|was|were|has been|have been)\s+(?:added|created|updated|written|documented)\b(?!\s+(?:to|in|into|under|after|before|between|at|with)\b)/giu,
  /\b(?:good|better|best|great|improved|acceptable|reasonable|adequate|sufficient|high|proper|correct|right|expected|appropriate|desired|intended|suitable)\s+(?:\w+\s+)?(?:performance|quality|ux|usability|experience|coverage|code|readability|error handling|errors?|messages?|results?|outputs?|behaviou?r|values?|responses?|data|practices?|security|design|structure|way|manner|functionality)\b/giu,
  /\b(?:is|are|looks?|feels?|stays?|remains?)\s+(?:more\s+|very\s+|reasonably\s+)?(?:fast(?:er)?|quick(?:er)?|clean(?:er)?|robust|secure|scalable|maintainable|readable|user[- ]friendly|intuitive|responsive|reliable|performant|efficient|good|better|nice|correct|acceptable|adequate|sufficient|fine|ok|okay|high[- ]quality|easy(?:\s+to\s+\w+)?|simple|consistent|well[- ]\w+)\b/giu,
  /\bhandl(?:es?|ed|ing)\s+(?:all\s+|the\s+|any\s+)?(?:possible\s+)?(?:edge cases?|errors?|exceptions?|failures?)\b/giu,
  /\b(?:no|without|free of)\s+(?:any\s+)?(?:bugs?|errors?|issues?|problems?|regressions?)\b/giu,
  /\bbest practices\b/giu,
  /\b(?:it|this|everything|all|that|feature|code|login|system|app|\w+)\s+works?\s*(?=[.!]?\s*$)/giu,
  /\b(?:unit\s+|new\s+|the\s+)?tests?\s+(?:exist|are (?:there|present))\b/giu,
  /\b(?:meets?|satisf(?:y|ies)|fulfil(?:l?s)?)\s+(?:all\s+)?(?:the\s+)?(?:requirements?|specifications?|spec|needs)\b/giu,
];

/**
 * Whether a criterion names nothing that can be observed: "works correctly", "is implemented", "good performance".
 * What a vague phrase is joined with counts: "works as expected: returns [] for an empty list" is fine.
 */
export function isVagueCriterion(text: string): boolean {
  let rest = text;
  for (const phrase of VAGUE) rest = rest.replace(phrase, ' ');
  const left = concreteness(rest);
  if (rest === text) return left.words.length < 2 && left.outcomes === 0 && !left.values;
  // A name alone is the subject of the vague phrase; it takes a value or an outcome besides.
  const valued = left.values && concreteness(rest.replace(/`[^`\n]+`/gu, ' x ')).values;
  return !(valued || (left.outcomes > 0 && left.words.length >= 2));
}
