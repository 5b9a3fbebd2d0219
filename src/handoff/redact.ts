/**
 * Keys taken out of whatever comes from outside, before it is stored, shown or sent on. Pure: which keys are in use is
 * passed in. What is left in their place is `[key]`.
 */
export interface Redactor {
  /** Takes out the keys in use, wherever they stand in a value; everything else stays as it is, to the character. */
  literals<T>(value: T): T;
  /** Takes out the keys in use and whatever has the shape of a key; for what is read, not used again. */
  all<T>(value: T): T;
}

const MARK = '[key]';

/** Shorter values are placeholders (`ollama`), and would eat words. */
const SHORTEST = 8;

/**
 * Shapes of keys that say what they are. Each begins with a literal prefix and looks ahead a bounded way, so that a
 * hostile text stays cheap.
 * Prefixes and lengths as the vendors and GitHub's secret scanning document them; generic ones ask for a digit,
 * because prose and identifiers have none.
 */
const SHAPES: readonly RegExp[] = [
  /\bsk-(?=[A-Za-z_-]{0,60}\d)[A-Za-z0-9_-]{16,}/g,
  /\b[rsp]k_(?:live|test)_[A-Za-z0-9]{16,}/g,
  /\b(?:xai|pplx|nvapi|csk|glpat)-(?=[A-Za-z_-]{0,60}\d)[A-Za-z0-9_-]{16,}/g,
  /\b(?:gsk|hf|r8|fw|npm)_(?=[A-Za-z]{0,60}\d)[A-Za-z0-9]{20,}/g,
  /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/g,
  /\bAIza[A-Za-z0-9_-]{30,}/g,
  /\bya29\.[A-Za-z0-9_-]{20,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/g,
  /\bpypi-[A-Za-z0-9_-]{40,}/g,
  /\beyJ[A-Za-z0-9_-]{10,400}\.eyJ[A-Za-z0-9_-]{10,8000}\.[A-Za-z0-9_-]*/g,
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g,
  /(?<=\bbearer\s{1,3})(?=[A-Za-z._~+/-]{0,60}\d)[A-Za-z0-9._~+/-]{16,}=*/gi,
  /(?<=\b(?:x-api-key|x-goog-api-key|api[-_]?key)["']?\s{0,3}[:=]\s{0,3}["']?)(?=[A-Za-z._-]{0,60}\d)[A-Za-z0-9._-]{16,}/gi,
  // The password of a URL: user and host may stay.
  /(?<=\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"']{1,100}:)[^\s/@"']{3,200}(?=@)/gi,
];

/** Takes out `keys`, each in the forms a key is echoed in: as it is, percent-encoded, within JSON, in base64. */
export function redactor(keys: readonly string[]): Redactor {
  const forms = [...new Set(keys.filter((key) => key.length >= SHORTEST).flatMap(formsOf))];
  const literal =
    forms.length === 0
      ? null
      : new RegExp(
          forms
            .sort((a, b) => b.length - a.length)
            .map(escaped)
            .join('|'),
          'g',
        );
  const literals = (text: string) => (literal === null ? text : text.replace(literal, MARK));
  const all = (text: string) => SHAPES.reduce((left, shape) => left.replace(shape, MARK), literals(text));
  return {
    literals: (value) => (literal === null ? value : deep(value, literals)),
    all: (value) => deep(value, all),
  };
}

function formsOf(key: string): string[] {
  const bytes = btoa(String.fromCodePoint(...new TextEncoder().encode(key)));
  // The last characters of base64 depend on what follows the key; the ones before them do not.
  const whole = bytes.slice(0, Math.floor((new TextEncoder().encode(key).length * 4) / 3));
  return [
    key,
    encodeURIComponent(key),
    JSON.stringify(key).slice(1, -1),
    whole,
    whole.replaceAll('+', '-').replaceAll('/', '_'),
  ];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

/** The same value where nothing is taken out; names of properties count as text too. */
function deep<T>(value: T, change: (text: string) => string): T {
  if (typeof value === 'string') return change(value) as T;
  if (Array.isArray(value)) {
    const parts = value.map((part) => deep(part, change));
    return parts.every((part, index) => part === value[index]) ? value : (parts as T);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const parts = entries.map(([name, part]) => [change(name), deep(part, change)] as const);
  const same = parts.every(([name, part], index) => name === entries[index]?.[0] && part === entries[index]?.[1]);
  return same ? value : (Object.fromEntries(parts) as T);
}
