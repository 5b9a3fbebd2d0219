/** Shapes of keys and tokens of common providers and hosts; whole private keys. */
const SHAPES: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\b(?:sk|pk|rk|xai|gsk|hf|or|r8|nvapi|pplx|fw|csk|tgp)[-_][A-Za-z0-9*_-]{6,}/g,
  /\bAIza[A-Za-z0-9_-]{10,}/g,
  /\b(?:gh[pousr]|github_pat|glpat)[-_][A-Za-z0-9_-]{10,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/g,
  /\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)?/g,
  /\bbearer\s+[^\s"',;]+/gi,
  /(?<=:\/\/[^\s/:@]{0,100}:)[^\s/@]+(?=@)/g,
];
const SECRET_NAME = /key|token|secret|passw|credential|auth/i;
/** Shorter values are placeholders and would eat words. */
const SHORTEST = 8;

/** Values of the environment whose names say that they are secret. */
export function secretsOf(env: NodeJS.ProcessEnv, names: readonly string[]): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && value.length >= SHORTEST && (SECRET_NAME.test(name) || names.includes(name)) ? [value] : [],
  );
}

/** A redactor of texts: `secrets` literally, what looks like a key by its shape, and folders by the names given for them. */
export function redactor(
  secrets: readonly string[],
  folders: readonly (readonly [folder: string, shown: string])[],
): (text: string) => string {
  // Longest first: a folder inside another one is told by its own name, a key that holds another is taken whole.
  const literal = [...secrets].sort((a, b) => b.length - a.length);
  const places = folders.filter(([folder]) => folder.length > 1).sort(([a], [b]) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const secret of literal) {
      clean = clean.replaceAll(secret, '[key]').replaceAll(encodeURIComponent(secret), '[key]');
    }
    for (const shape of SHAPES) clean = clean.replace(shape, '[key]');
    for (const [folder, shown] of places) clean = clean.replaceAll(folder, shown);
    return clean;
  };
}
