import type { JsonSchema } from '../../../ports/agent.ts';

/** Keywords a strict mode refuses and the workflow's own validation checks anyway. */
const DROPPED = new Set(['$schema', '$id', 'default', 'examples', 'minLength', 'maxLength', 'propertyNames']);
const MAPS = new Set(['properties', '$defs', 'definitions']);

/**
 * The schema as strict modes take it: every object closed, `oneOf` as `anyOf`, refused keywords left out.
 * `strict` is false when an object has optional or open properties: then a strict mode would refuse it.
 */
export function strictSchema(schema: JsonSchema): { schema: JsonSchema; strict: boolean } {
  const state = { strict: true };
  return { schema: close(schema, state), strict: state.strict };
}

function close(node: JsonSchema, state: { strict: boolean }): JsonSchema {
  const out: JsonSchema = {};
  for (const [key, value] of Object.entries(node)) {
    if (DROPPED.has(key) || isSafeIntegerBound(key, value)) continue;
    if (MAPS.has(key) && isRecord(value)) {
      out[key] = Object.fromEntries(Object.entries(value).map(([name, child]) => [name, visit(child, state)]));
    } else {
      out[key === 'oneOf' ? 'anyOf' : key] = visit(value, state);
    }
  }
  if (isRecord(out.properties)) {
    const required: unknown[] = Array.isArray(out.required) ? out.required : [];
    if (Object.keys(out.properties).some((name) => !required.includes(name))) state.strict = false;
    out.additionalProperties ??= false;
  }
  if (out.additionalProperties !== undefined && out.additionalProperties !== false) state.strict = false;
  return out;
}

function visit(value: unknown, state: { strict: boolean }): unknown {
  if (Array.isArray(value)) return value.map((item) => visit(item, state));
  return isRecord(value) ? close(value, state) : value;
}

/** What Zod writes for every `int()`; it says nothing. */
function isSafeIntegerBound(key: string, value: unknown): boolean {
  return (
    (key === 'minimum' && value === Number.MIN_SAFE_INTEGER) || (key === 'maximum' && value === Number.MAX_SAFE_INTEGER)
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
