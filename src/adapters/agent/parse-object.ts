/** Enough for any prose around an answer, and a bound for an answer that is nothing but braces. */
const MAX_STARTS = 64;

/** Mending walks the text: no real answer is longer, or has more braces before it that are closed and are none. */
const MAX_MENDED = 512 * 1024;
const MAX_MENDS = 8;

/**
 * The JSON object in a model's text: the text itself, what a ```json fence holds, or the outermost object among prose.
 * null when there is none. Nothing is evaluated. What small models get wrong is mended where it can mean one thing only:
 * trailing commas, line breaks inside strings, and reasoning told before the answer.
 */
export function parseObject(answer: string): Record<string, unknown> | null {
  const text = afterReasoning(answer);
  const whole = asObject(text.trim());
  if (whole !== null) return whole;
  let from = 0;
  let mends = 0;
  const mayMend = (part: string) => part.length <= MAX_MENDED && mends++ < MAX_MENDS;
  for (let tries = 0; tries < MAX_STARTS; tries += 1) {
    const start = text.indexOf('{', from);
    if (start === -1) return null;
    const end = closing(text, start);
    const part = end === -1 ? null : text.slice(start, end + 1);
    const found = part === null ? null : (asObject(part) ?? (mayMend(part) ? asObject(mend(part)) : null));
    if (found !== null) return found;
    from = start + 1;
  }
  return null;
}

/** The text after a `<think>` block that it begins with: braces in there are no answer. */
function afterReasoning(text: string): string {
  const end = text.trimStart().startsWith('<think>') ? text.indexOf('</think>') : -1;
  return end === -1 ? text : text.slice(end + '</think>'.length);
}

const RAW: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The same text without trailing commas, and with line breaks and tabs inside strings escaped. */
function mend(text: string): string {
  let out = '';
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (inString && char === '\\') {
      out += char + (text[at + 1] ?? '');
      at += 1;
      continue;
    }
    if (char === '"') inString = !inString;
    if (inString) out += RAW[char] ?? char;
    else if (char !== ',' || !closes(text, at + 1)) out += char;
  }
  return out;
}

/** Whether the next thing after blanks closes an object or a list. */
function closes(text: string, from: number): boolean {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text[at] ?? '')) at += 1;
  return text[at] === '}' || text[at] === ']';
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
