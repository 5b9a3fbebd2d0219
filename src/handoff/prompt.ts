import { createHash } from 'node:crypto';
import { TercetError } from '../contract/errors.ts';
import { showHidden } from './hidden.ts';

const PLACEHOLDER = /\{\{\s*([A-Za-z][A-Za-z0-9_-]*)\s*\}\}/gu;
const SECTION = /^<!-- section: ([a-z][a-z0-9-]*) -->$/u;

/**
 * Fills the `{{name}}` placeholders of a prompt. Values are inserted as they are and never looked at again, so that a
 * value cannot pull in another one. `name` is the prompt's name in errors.
 * Throws `config` for a placeholder without a value, and for a value without a placeholder.
 */
export function renderPrompt(template: string, variables: Readonly<Record<string, string>>, name = 'prompt'): string {
  const used = new Set<string>();
  const text = template.replace(PLACEHOLDER, (_, variable: string) => {
    const value = Object.hasOwn(variables, variable) ? variables[variable] : undefined;
    if (value === undefined) {
      throw new TercetError('config', `The prompt "${name}" uses {{${variable}}}, which does not exist here.`, {
        hint: `Remove {{${variable}}} from it. It may use: ${listed(Object.keys(variables))}.`,
      });
    }
    used.add(variable);
    return value;
  });
  const unused = Object.keys(variables).filter((variable) => !used.has(variable));
  if (unused.length > 0) {
    throw new TercetError('config', `The prompt "${name}" leaves out ${listed(unused)}.`, {
      hint: `Put ${listed(unused)} where the model is to read it.`,
    });
  }
  return text;
}

/**
 * The sections of a prompt file. A section begins with a line `<!-- section: edit -->`; what stands before the first one
 * is the section `system`. Texts are trimmed; `name` is the file's name in errors.
 * Throws `config` for a section that occurs twice or is empty (`system` may be absent).
 */
export function promptSections(text: string, name: string): Map<string, string> {
  const sections = new Map<string, string>();
  let current = 'system';
  let lines: string[] = [];
  const close = () => {
    const body = lines.join('\n').trim();
    if (body === '' && current === 'system') return;
    const trouble = sections.has(current) ? 'occurs twice' : body === '' ? 'is empty' : null;
    if (trouble) {
      throw new TercetError('config', `The section "${current}" of the prompt "${name}" ${trouble}.`, {
        hint: 'Give every section one place and a text.',
      });
    }
    sections.set(current, body);
  };
  for (const line of text.split(/\r?\n/u)) {
    const marker = SECTION.exec(line.trim())?.[1];
    if (marker === undefined) {
      lines.push(line);
      continue;
    }
    close();
    current = marker;
    lines = [];
  }
  close();
  return sections;
}

/** SHA-256 of the UTF-8 bytes, 64 hexadecimal digits. */
export function hashText(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/**
 * Marks untrusted text as data: `<label>…</label>`. The text cannot close or reopen the tag, and its hidden characters
 * (control, bidirectional, zero-width, tag characters; not `\n` and `\t`) are shown as `\u{…}`.
 * `label` is a plain word of ours: letters, digits, `-` or `_`.
 */
export function fence(label: string, text: string): string {
  if (!/^[A-Za-z][\w-]*$/u.test(label)) throw new TercetError('internal', `"${label}" is no label for a fence.`);
  const tag = new RegExp(`<(?=\\s*/?\\s*${label}(?![\\w-]))`, 'giu');
  const body = showHidden(text)
    .replace(tag, '<\\')
    .replace(/^\n+|\s+$/gu, '');
  return `<${label}>\n${body}\n</${label}>`;
}

function listed(names: readonly string[]): string {
  return names.map((name) => `{{${name}}}`).join(', ') || 'none';
}
