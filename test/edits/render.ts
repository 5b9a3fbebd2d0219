import type { Edit } from '../../src/edits/edit.ts';

/** Writes edits as a model would, with markers of `length` characters. */
export function render(edits: readonly Edit[], length = 7): string {
  return edits
    .map((edit) => {
      if (edit.kind === 'delete') return `DELETE FILE: ${edit.path}\n`;
      const open = '<'.repeat(length);
      const close = '>'.repeat(length);
      if (edit.kind === 'write') return `${edit.path}\n${open} FILE\n${edit.content}${close} FILE\n`;
      const divider = '='.repeat(length);
      return `${edit.path}\n${open} SEARCH\n${edit.search}${divider}\n${edit.replace}${close} REPLACE\n`;
    })
    .join('\n');
}

export function block(path: string, search: string, replace: string): string {
  return render([{ kind: 'replace', path, search, replace, at: 1 }]);
}
