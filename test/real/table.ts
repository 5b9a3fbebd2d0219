import { readFileSync, writeFileSync } from 'node:fs';

const DOCUMENT = new URL('../../docs/agents.md', import.meta.url);
const [START, END] = ['<!-- test:real-agents writes this table -->', '<!-- end of the table -->'];

/** What a real program was seen to do; empty: not seen. */
export interface Row {
  title: string;
  version: string;
  executes: boolean;
  reviews: boolean;
  /** How the ledger compares with what the model server billed. */
  ledger: string;
}

/** Puts the table of this run into docs/agents.md. Throws when its place there is gone. */
export function writeTable(rows: readonly Row[], date: string): void {
  const text = readFileSync(DOCUMENT, 'utf8');
  const [start, end] = [text.indexOf(START), text.indexOf(END)];
  if (start < 0 || end < start) throw new Error('docs/agents.md has no place for the table of real agents');
  const lines = rows.map(({ title, version, executes, reviews, ledger }) =>
    [title, version, seen(executes), seen(reviews), ledger].join(' | '),
  );
  const table = [
    `Last run on ${date}.`,
    '',
    '| Program | Version | executes two files, kept in scope, reviewed | reviews, read-only | tokens in the ledger |',
    '|---|---|---|---|---|',
    ...lines.map((line) => `| ${line} |`),
  ];
  writeFileSync(DOCUMENT, `${text.slice(0, start + START.length)}\n${table.join('\n')}\n${text.slice(end)}`);
}

function seen(done: boolean): string {
  return done ? 'yes' : '**no**';
}
