import { type Edited, type Entry, type Json, NotEditable } from '../../adapters/host-settings/entry.ts';
import { type FoundFile, textOf } from '../../adapters/host-settings/file.ts';
import { TercetError } from '../../contract/errors.ts';
import type { HostTool } from './hosts.ts';

type Format = HostTool['format'];

/** What stands at a path of the file; undefined where nothing does. @throws TercetError `config`. */
export function entryAt(found: FoundFile, format: Format, path: readonly string[]): Promise<Json | undefined> {
  return editing(found, async (text) => {
    if (format === 'toml') return (await toml()).tomlAt(text, path);
    return (await json()).jsonAt(text, path, dialectOf(format));
  });
}

/** The file's bytes with the entries, its mark of order kept. @throws TercetError `config` where that cannot be done. */
export function added(
  found: FoundFile,
  format: Format,
  entries: readonly Entry[],
): Promise<{ bytes: Buffer; made: string[][] }> {
  return editing(found, async (text, bom) => {
    const edited: Edited =
      format === 'toml'
        ? (await toml()).addToToml(text, entries)
        : (await json()).addToJson(text, entries, dialectOf(format));
    return { bytes: Buffer.from(bom + edited.text), made: edited.made };
  });
}

/** The file's bytes without what stands at the paths. @throws TercetError `config` where that cannot be done. */
export function removed(
  found: FoundFile,
  format: Format,
  paths: readonly (readonly string[])[],
  made: readonly (readonly string[])[],
): Promise<Buffer> {
  return editing(found, async (text, bom) => {
    const after =
      format === 'toml'
        ? (await toml()).removeFromToml(text, paths)
        : (await json()).removeFromJson(text, paths, made, dialectOf(format));
    return Buffer.from(bom + after);
  });
}

// Loaded only here: no other command needs them.
const json = () => import('../../adapters/host-settings/json.ts');
const toml = () => import('../../adapters/host-settings/toml.ts');

const dialectOf = (format: 'json' | 'jsonc') => (format === 'json' ? 'strict' : 'comments');

async function editing<T>(found: FoundFile, edit: (text: string, bom: string) => Promise<T>): Promise<T> {
  const { bom, text } = textOf(found);
  try {
    return await edit(text, bom);
  } catch (error) {
    if (!(error instanceof NotEditable)) throw error;
    throw new TercetError('config', `${found.path} was not changed: ${error.message}.`, {
      hint: 'Mend the file, or change it by hand: docs/install-hosts.md.',
    });
  }
}
