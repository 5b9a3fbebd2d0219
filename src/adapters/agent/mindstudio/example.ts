import type { JsonSchema } from '../../../ports/agent.ts';

/** Deeper than any schema here; a bound for one that refers to itself. */
const MAX_DEPTH = 12;

/** A sample of what a JSON Schema describes: every property, one item in each list, the first of every choice. */
export function exampleOf(schema: JsonSchema): unknown {
  return sample(schema, schema, 0);
}

function sample(node: JsonSchema, root: JsonSchema, depth: number): unknown {
  if (depth > MAX_DEPTH) return null;
  const at = resolve(node, root);
  if (at.const !== undefined) return at.const;
  if (Array.isArray(at.enum)) return at.enum[0] ?? null;
  const choices = [at.anyOf, at.oneOf].find(Array.isArray)?.filter(isSchema);
  if (choices !== undefined) {
    const first = choices.find((choice) => choice.type !== 'null');
    return first === undefined ? null : sample(first, root, depth + 1);
  }
  const type = Array.isArray(at.type) ? at.type.find((name) => name !== 'null') : at.type;
  if (type === 'object' || isSchema(at.properties)) {
    const properties = isSchema(at.properties) ? Object.entries(at.properties) : [];
    return Object.fromEntries(
      properties.map(([name, child]) => [name, isSchema(child) ? sample(child, root, depth + 1) : null]),
    );
  }
  if (type === 'array') return isSchema(at.items) ? [sample(at.items, root, depth + 1)] : [];
  if (type === 'integer' || type === 'number') return 1;
  if (type === 'boolean') return true;
  return type === 'string' ? '…' : null;
}

/** What `$ref` points at, inside the same schema. */
function resolve(node: JsonSchema, root: JsonSchema): JsonSchema {
  if (typeof node.$ref !== 'string' || !node.$ref.startsWith('#')) return node;
  let at: unknown = root;
  for (const key of node.$ref.split('/').slice(1)) at = isSchema(at) && Object.hasOwn(at, key) ? at[key] : null;
  return isSchema(at) ? at : {};
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
