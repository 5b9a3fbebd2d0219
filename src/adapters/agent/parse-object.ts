/** Enough for any prose around an answer, and a bound for an answer that is nothing but braces. */
const MAX_STARTS = 64;

/**
 * The JSON object in a model's text: the text itself, what a ```json fence holds, or the outermost object among prose.
 * null when there is none. Nothing is evaluated.
 */
export function parseObject(text: string): Record<string, unknown> | null {
  const whole = asObject(text.trim());
  if (whole !== null) return whole;
  let from = 0;
  for (let tries = 0; tries < MAX_STARTS; tries += 1) {
    const start = text.indexOf('{', from);
    if (start === -1) return null;
    const end = closing(text, start);
    const found = end === -1 ? null : asObject(text.slice(start, end + 1));
    if (found !== null) return found;
    from = start + 1;
  }
  return null;
}

function asObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** Index of the brace that closes the one at `start`, strings skipped; -1 when none does. */
function closing(text: string, start: number): number {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at];
    if (inString) {
      if (char === '\\') at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{') depth += 1;
    else if (char === '}' && --depth === 0) return at;
  }
  return -1;
}
