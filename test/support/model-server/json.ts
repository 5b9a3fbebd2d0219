/** Reading untyped JSON without trusting it. */
export function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function sse(data: unknown, event?: string): string {
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/** Text in pieces, as models send it. */
export function pieces(whole: string, size = 200): string[] {
  const out: string[] = [];
  for (let at = 0; at < whole.length; at += size) out.push(whole.slice(at, at + size));
  return out;
}

/** Why a strict mode refuses a schema: an open object or an optional property; null when it does not. */
export function strictProblem(schema: unknown, at = '$'): string | null {
  if (Array.isArray(schema)) {
    for (const [index, item] of schema.entries()) {
      const found = strictProblem(item, `${at}[${index}]`);
      if (found !== null) return found;
    }
    return null;
  }
  if (typeof schema !== 'object' || schema === null) return null;
  const node = record(schema);
  if ('oneOf' in node) return `${at}: oneOf is not permitted`;
  if ('properties' in node) {
    if (node.additionalProperties !== false) return `${at}: additionalProperties must be false`;
    const required = list(node.required);
    const optional = Object.keys(record(node.properties)).find((name) => !required.includes(name));
    if (optional !== undefined) return `${at}: required must include ${optional}`;
  }
  for (const [key, value] of Object.entries(node)) {
    const children = key === 'properties' || key === '$defs' ? Object.values(record(value)) : value;
    const found = strictProblem(children, `${at}.${key}`);
    if (found !== null) return found;
  }
  return null;
}
