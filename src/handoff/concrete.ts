/**
 * How concrete a sentence about code is, judged by words alone, so that the answer is the same every time and can be
 * explained. Three signs are looked for: an outcome (a verb of something that can be seen), a value (a literal, a
 * number, a condition) and a name (something that can be found in code). What only fills a sentence does not count.
 */

/** Verbs of things one can see a program do, or of a definite operation on code: stems, endings are allowed. */
const VERBS = stems(
  'accept add(?=s) answer(?=s) append appl assert assign become begin bump call(?=s|ed) capitali[sz]e cap(?=s|ped) chang clamp clear coerce ' +
    'collapse compare contain convert deduplicate debounce decode decrease defer delete deprecate detect differ disable ' +
    'disconnect discard drop emit enable encode end equal escape exceed exclude exit expand expect expire expose extract fail fall filter(?=s|ed) ' +
    'flush forward hide highlight ignore include increase increment inject inline insert invalidate invert join keep leave ' +
    'lowercase mask memoi[sz]e mention merge move mutate normali[sz]e omit open outlast output(?=s) overwrite override pad(?=s|ded) parse pass persist ' +
    'prefer prefix prepend preserve prevent print propagate raise read receive redact redirect reject remain remove rename render(?=s|ed) ' +
    'replace reset resolve respond restore resume retain retr return revert rotate sanitize sanitise save scroll(?=s) select send ' +
    'serve shorten show skip sort split stay stop strip succeed(?=s) subtract swallow swap take throttle throw toggle transform trim truncate ' +
    'uppercase wait warn wrap write yield',
);
/** Verbs that are nouns as often: only with an ending, or where a sentence begins or goes on. */
const NOUNS_TOO = stems(
  'count default display echo export import limit link list load log map mark match play point quote record refuse report ' +
    'round set store validate announce cache',
);
/** A statement about a subject: "is hashed", "gets a focus ring", "averages the middle values". Filler says nothing here. */
const STATEMENT =
  /\b(?:is|are|gets?|being|becomes?)\s+(?:(?:not|never|always|only|now|then|also|well|still|\w+ly)\s+)*(?!the\b|an?\b)([\w-]+)|\b(?:gets?|has|have)\s+(?:an?|the|its|their|no|one|two)\s+([\w-]+)|\b([a-z]{3,}s)\s+(?:an?|the|its|their|no|one|two|each|every)\b/giu;
const ENDING = '(?:e?s|e?d|ies|ied|[npt](?:ed|s)|n|en)';
const OUTCOME = new RegExp(
  `\\b(?:${VERBS})(?:${ENDING}|e|y)?\\b|\\b(?:${NOUNS_TOO})${ENDING}\\b|` +
    `(?:^|[.;:,\\n]\\s*|\\b(?:and|or|to|then|must|should|will|can|not|never|always)\\s+)(?:${NOUNS_TOO})\\b|` +
    '\\b(?:threw|thrown|sent|kept|left|shown|hidden|written|took|taken|fell|fallen|read|no longer)\\b',
  'giu',
);

/** What sounds like an outcome or a condition and is said of everything. */
const EMPTY_PHRASES =
  /\b(?:allows? (?:the )?(?:users?|people|customers?|us)|(?:make sure|ensure) (?:that )?(?:they|it|everything|all of it) \w+|set(?:s|ting)? up|takes? care|in order to|end[- ]to[- ]end|(?:test|use|edge) cases?|(?:when|where|if|as) (?:needed|necessary|appropriate|possible|required|applicable|expected)|pass(?:es|ing)? (?:all|tests?)|moves? forward|opens? up|open source|keep(?:s|ing)? (?:it|things|the code(?:base)?|everything)|reads? (?:better|well|nicely|cleanly))\b/giu;

const CONDITION =
  /\b(?:when|whenever|if|unless|until|instead of|rather than|once|except|only|without|exactly|at (?:most|least)|more than|less than|fewer than|between|empty|null|undefined|none|nil|true|false|zero|negative|positive|duplicate|missing|unknown|invalid|default)\b/iu;

/** A number, a quoted literal, an expression in backticks, an operator, a call with arguments. */
const VALUE =
  /(?<![\w.-])-?\d+(?:[.,]\d+)?(?![\w-]*[a-z]{6})|["“][^"”\n]+["”]|(?<!\w)['‘][^'’\n]+['’](?!\w)|`[^`\n]*[^\w./`\n-][^`\n]*`(?<!\(\)`)|(?:=>|===?|!==?|>=|<=|→|->)|\w+\([^()\s][^()]*\)/u;

/** Something one can find in code: `quoted`, camelCase, snake_case, CONSTANT, dotted.name, path/to, --flag, call(). */
const NAME =
  /`[^`\n]+`|\b[a-z]+[A-Z]\w*\b|\b[A-Z][a-z0-9]+[A-Z]\w*\b|\b\w+_\w+\b|\b[A-Z][A-Z0-9]{3,}\b|\b\w+(?:\.\w+)+\b|\b[\w.-]+\/[\w./-]+|(?<!\w)--?[a-z][\w-]*|\b\w+\(\)/gu;

/** Words that add nothing: grammar, praise, and what every task is about. */
const FILLER = new Set(
  (
    'acceptable adequate sufficient reasonable easy ready available finished done documented covered sure clear intuitive responsive ' +
    'consistent optimal smooth seamless elegant idiomatic flexible extensible reusable modular successful successfully compliant improvement ' +
    'a an and any all when whenever if unless until instead rather once except only without always never are as at be been both but by can could do does each etc every for from get had has have here how in into is it its ' +
    'itself just make makes may more most must need needed needs new not of off on one or other our out over own per same should so some ' +
    'such than that the their them then there these they this those to too up various via was we well were what where which while ' +
    'whole will with within would you your code codebase project app application feature features functionality function functions ' +
    'logic module modules system systems thing things stuff part parts component components class classes file files method methods ' +
    'implementation implement implements implemented implementing add adds added adding create creates created creating build ' +
    'builds built write update updates updated updating improve improves improved improving improvement improvements enhance ' +
    'enhances enhanced refactor refactors refactored refactoring fix fixes fixed fixing clean cleaner cleanup tidy support ' +
    'supports supported supporting handle handles handled handling optimize optimise optimized optimised ensure ensures ' +
    'ensuring provide provides work works working correct correctly proper properly appropriate appropriately necessary ' +
    'required relevant good better best practice practices robust robustly secure securely scalable maintainable readable efficient ' +
    'efficiently performant fast faster nice nicely modern comprehensive complete completely full fully basic simple solid ' +
    'reliable reliably gracefully seamless seamlessly user users friendly experience quality production ready task tasks change ' +
    'changes existing expected intended desired described requested request requirements requirement specification following ' +
    'follow follows integrate integrated integration use uses used using set setup things behaviour behavior bug bugs issue issues ' +
    'problem problems test tests testing tested coverage case cases edge error errors everything anything also'
  ).split(' '),
);

/** What was found in a text. `words` are those that are neither filler nor hidden in a quotation. */
export interface Concreteness {
  outcomes: number;
  values: boolean;
  condition: boolean;
  names: number;
  words: string[];
}

/** Looks for the signs of a concrete statement. Text of any length; the first 4,000 characters count. */
export function concreteness(text: string): Concreteness {
  const read = text.slice(0, 4000);
  const prose = read.replace(EMPTY_PHRASES, ' ');
  const verbs = [...prose.matchAll(OUTCOME)].map(([verb]) => verb.toLowerCase());
  // "when the user is logged in" states a condition, not what comes of it.
  const main = prose.replace(/\b(?:when|whenever|if|once|unless|until|while)\b[^,.;:]*/giu, ' ');
  const stated = [...main.matchAll(STATEMENT)].map((match) => (match[1] ?? match[2] ?? match[3] ?? '').toLowerCase());
  return {
    outcomes: new Set([...verbs, ...stated.filter((word) => word === 'uses' || !FILLER.has(word))]).size,
    values: VALUE.test(prose),
    condition: CONDITION.test(prose),
    names: new Set([...read.matchAll(NAME)].map(([name]) => name)).size,
    words: wordsOf(read).filter((word) => !FILLER.has(word)),
  };
}

/** The words of a text in lower case, without filler, each once; for comparing what two texts say. */
export function contentWords(text: string): Set<string> {
  return new Set(wordsOf(text).filter((word) => !FILLER.has(word)));
}

function stems(list: string): string {
  return list.split(' ').join('|');
}

function wordsOf(text: string): string[] {
  return (
    text
      .toLowerCase()
      .match(/[\p{L}\p{N}_$][\p{L}\p{N}_$.'’-]*/gu)
      ?.map((word) => word.replace(/[.'’-]+$/u, '')) ?? []
  );
}
