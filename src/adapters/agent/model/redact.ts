const MAX_MESSAGE = 600;

/** Shapes of keys and bearer tokens of the common providers; a literal key is removed whatever its shape. */
const PATTERNS: readonly RegExp[] = [
  /\b(?:sk|pk|rk|xai|gsk|hf|or|r8|nvapi|pplx|fw|csk|tgp)[-_][A-Za-z0-9*_-]{6,}/g,
  /\bAIza[A-Za-z0-9_-]{10,}/g,
  /\bgh[pousr]_[A-Za-z0-9]{10,}/g,
  /\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)?/g,
  /\bbearer\s+[^\s"',;]+/gi,
  /(?<=\b(?:x-api-key|x-goog-api-key|api[-_]?key|authorization|key)["']?\s*[:=]\s*["']?)[A-Za-z0-9*._~+/=-]{8,}/gi,
];

/**
 * A provider's words made fit for a terminal and a log: keys replaced by `[key]`, control characters removed,
 * at most 600 characters. `secrets` of 8 characters and more are removed literally, as they are and percent-encoded.
 */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text.slice(0, 16_384);
  for (const secret of secrets) {
    // Shorter ones are placeholders (`ollama`) and would eat words.
    if (secret.length < 8) continue;
    clean = clean.replaceAll(secret, '[key]').replaceAll(encodeURIComponent(secret), '[key]');
  }
  for (const pattern of PATTERNS) clean = clean.replace(pattern, '[key]');
  clean = clean
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return clean.length > MAX_MESSAGE ? `${clean.slice(0, MAX_MESSAGE)}…` : clean;
}
