/** A value of a settings file. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** What Tercet puts into the settings of another tool: a value at a path. */
export interface Entry {
  path: readonly string[];
  value: Json;
}

/** A text with entries in it. `made`: objects around them that were not there before. */
export interface Edited {
  text: string;
  made: string[][];
}

/** A file that is not changed; the message says why, and goes on after its name. */
export class NotEditable extends Error {}

/** The line ending that most lines have. */
export function eolOf(text: string): '\n' | '\r\n' {
  const all = text.split('\n').length - 1;
  const returns = text.split('\r\n').length - 1;
  return returns * 2 > all ? '\r\n' : '\n';
}

/** What stands at a path of a value; undefined where nothing does. */
export function valueAt(value: Json | undefined, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner) && Object.hasOwn(inner, key)
        ? inner[key]
        : undefined,
    value,
  );
}
