import type { Edit, EditProblem } from './edit.ts';
import { isLazyComment } from './elision.ts';
import { excerpt, listed, numbered, where } from './explain.ts';
import { blockLines, joinFile, spliceLines, splitFile } from './file-lines.ts';
import { findLines } from './find-lines.ts';
import { findMatch, type Rung } from './match.ts';
import { similarLines } from './similar-lines.ts';

type Replace = Edit & { kind: 'replace' };
export type Replaced = { text: string; note: string | null } | { problem: EditProblem };

/**
 * Applies one search block to a text. `original` is the file before any edit and `earlier` the edits made to it since:
 * they only serve to say why a search is not found.
 *
 * A block whose work is already done is a note, not a problem, when an earlier edit of the answer is the same, or when
 * two or more non-blank lines of its replacement stand in the file exactly once; a single line could stand there by chance.
 */
export function replaceLines(edit: Replace, text: string, original: string | null, earlier: readonly Edit[]): Replaced {
  const file = splitFile(text);
  const search = blockLines(edit.search);
  const replace = blockLines(edit.replace);
  const at = where(edit.path, edit.at, search.find((line) => line.trim() !== '') ?? null);
  const fail = (kind: EditProblem['kind'], why: string): Replaced => ({
    problem: { path: edit.path, kind, at: edit.at, message: `${at}: ${why}` },
  });
  if (edit.search === edit.replace) return { text, note: `${at}: the replacement equals the search` };
  const match = findMatch({ lines: file.lines, search, replace });

  if (match.found === 'many') {
    const how = match.rung === 'exact' ? '' : ` (${described(match.rung)})`;
    return fail(
      'ambiguous',
      `SEARCH stands at ${match.lines.length} places${how}: lines ${listed(match.lines)}. Include more lines around the place that is meant.`,
    );
  }
  if (match.found === 'refused')
    return fail('not-found', `SEARCH does not stand in the file as written: ${match.why}.`);
  if (match.found === 'one') {
    const lazy = replace.find((line) => isLazyComment(line) && !search.some((other) => other.trim() === line.trim()));
    if (lazy !== undefined && !file.lines.some((line) => line.text.trim() === lazy.trim())) {
      const shown = excerpt(lazy.trim(), 60);
      return fail(
        'malformed',
        `the line "${shown}" of the replacement stands for text that is left out; write it in full, or leave the same lines out of both sides.`,
      );
    }
    let lines: readonly (typeof file.lines)[number][] = file.lines;
    for (const splice of match.splices.toReversed()) lines = spliceLines(lines, splice);
    const result = joinFile({ bom: file.bom, lines: [...lines] });
    if (result === text) return { text, note: `${at}: the file already reads so` };
    const line = (match.splices[0]?.start ?? 0) + 1;
    return {
      text: result,
      note: match.rung === 'exact' ? null : `${at}: matched at line ${line}, ${described(match.rung)}`,
    };
  }

  const texts = file.lines.map((line) => line.text);
  const repeated = earlier.find(
    (other) => other.kind === 'replace' && other.search === edit.search && other.replace === edit.replace,
  );
  if (repeated !== undefined) return { text, note: `${at}: repeats the block at line ${repeated.at}` };
  const [done, twice] = findLines(texts, replace);
  if (done !== undefined && twice === undefined && replace.some((line) => line.trim() !== '')) {
    if (replace.filter((line) => line.trim() !== '').length > 1) {
      return { text, note: `${at}: the replacement already stands at line ${done + 1}` };
    }
    return fail(
      'no-change',
      `SEARCH is not in the file, and the replacement already stands at line ${done + 1}. Leave the block out if it is done.`,
    );
  }
  if (earlier.length > 0 && original !== null && original !== text) {
    const before = findMatch({ lines: splitFile(original).lines, search, replace });
    if (before.found === 'one' || before.found === 'many') {
      const blocks = listed(earlier.map((other) => other.at));
      return fail(
        'overlap',
        `SEARCH stood in the file, but an earlier edit of this answer (line ${blocks}) changed those lines. Merge the blocks, or search for the text as the earlier one leaves it.`,
      );
    }
  }
  const alike = similarLines(texts, search);
  const hint =
    alike === null
      ? 'No line of the file is like it.'
      : `The most similar lines are:\n${numbered(alike.lines, alike.first)}`;
  return fail(
    'not-found',
    `SEARCH does not stand in the file (${texts.length} lines). Copy the lines exactly. ${hint}`,
  );
}

function described(rung: Rung): string {
  switch (rung) {
    case 'exact':
      return 'exactly';
    case 'elision':
      return 'reading "..." as lines left out';
    case 'indentation':
      return 'with its indentation shifted';
    case 'line numbers':
      return 'without the line numbers';
    default:
      return `ignoring ${rung}`;
  }
}
