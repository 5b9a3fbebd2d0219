import { Readable, Writable } from 'node:stream';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/apps/cli/program.ts';
import { EXIT } from '../../src/contract/errors.ts';
import { code, documents, read, rows, section } from './documents.ts';
import { runCli } from './run-cli.ts';

const nowhere = () => new Writable({ write: (_, __, done) => done() });
const io = { stdin: Readable.from([]), stdout: nowhere(), stderr: nowhere(), env: {}, cwd: '.' };
const program = buildProgram(
  io,
  () => '0.0.0',
  () => {},
);
const commands = new Map(program.commands.map((command) => [command.name(), command]));
const flagsOf = (command: Command): Set<string> =>
  new Set([
    '--help',
    '-h',
    ...command.options.flatMap((option) => [option.long, option.short].filter((flag) => flag != null)),
  ]);

/** Uses of the command line in a text: in fences after `$ `, and in code marks. */
function usesIn(text: string): { command: string; flags: string[]; line: string }[] {
  const fenced = [...text.matchAll(/^\s*\$ (?:npm run )?(tercet .*)$/gm)].map((match) => match[1] ?? '');
  const inline = [...text.matchAll(/`(tercet [^`\n]*)`/g)].map((match) => match[1] ?? '');
  return [...fenced, ...inline]
    .flatMap((line) => line.split(/ (?:&&|\|) /))
    .flatMap((line) => {
      const bare = line
        .replace(/ #.*$/, '')
        .replace(/"[^"]*"/g, '""')
        .replace(/\s\s+.*$/, '');
      const [name = '', command = '', ...rest] = bare.trim().split(/\s+/);
      if (name !== 'tercet' || command === '' || command.startsWith('<')) return [];
      const flags = rest.flatMap((word) => word.split('|')).filter((word) => /^--?[a-z]/.test(word));
      return [{ command, flags, line }];
    });
}

describe('the documents and the command line', () => {
  it('name commands and options that exist', () => {
    const unknown: string[] = [];
    let uses = 0;
    for (const { path, text } of documents()) {
      for (const { command, flags, line } of usesIn(text)) {
        uses++;
        const found = commands.get(command);
        if (found === undefined) {
          if (!/^(?:-|help$)/.test(command)) unknown.push(`${path}: ${line}`);
          continue;
        }
        const missing = flags.filter((flag) => !flagsOf(found).has(flag));
        if (missing.length > 0) unknown.push(`${path}: ${missing.join(' ')} in ${line}`);
      }
    }
    expect(uses).toBeGreaterThan(60);
    expect(unknown).toEqual([]);
  });

  it.each([...commands.keys()])('docs/cli.md describes tercet %s with all its options', (name) => {
    const { text } = read('docs/cli.md');
    const own = section(text, `## tercet ${name}`);
    const shared = text.slice(0, text.indexOf('## tercet run'));
    const command = commands.get(name) as Command;
    const callsModels = ['run', 'plan', 'execute', 'review'].includes(name);
    const words = [...(own + shared).matchAll(/`(--[a-z-]+)[^`]*`/g)].map((match) => match[1]);
    const undocumented = [...flagsOf(command)].filter(
      (flag) => flag.startsWith('--') && flag !== '--help' && !words.includes(flag),
    );
    expect(undocumented).toEqual([]);
    const documented = rows(own).flatMap(([first = '']) =>
      [...first.matchAll(/`(--[a-z-]+)[^`]*`/g)].map((match) => match[1] ?? ''),
    );
    expect(documented.filter((flag) => !flagsOf(command).has(flag))).toEqual([]);
    expect(flagsOf(command).has('--trio') && flagsOf(command).has('--effort')).toBe(callsModels);
  });

  it('have a chapter for no other command', () => {
    const chapters = [...read('docs/cli.md').text.matchAll(/^## tercet (\w+)$/gm)].map((match) => match[1]);
    expect(chapters.sort()).toEqual([...commands.keys()].sort());
  });

  it('list the exit codes as they are', () => {
    const table = rows(section(read('docs/exit-codes.md').text, '# Exit codes')).filter(([first = '']) =>
      /^\d+$/.test(first),
    );
    const said = Object.fromEntries(table.slice(0, 7).map(([number, outcome = '']) => [outcome, Number(number)]));
    expect(said).toEqual({
      approved: EXIT.approved,
      failed: EXIT.failed,
      'usage or configuration': EXIT.usage,
      'changes requested': EXIT.changesRequested,
      inconclusive: EXIT.inconclusive,
      parked: EXIT.parked,
      cancelled: EXIT.cancelled,
    });
    const [numbers = [], outcomes = []] = rows(section(read('README.md').text, '## Exit codes'));
    expect(Object.fromEntries(outcomes.map((outcome, index) => [outcome, Number(numbers[index])]))).toEqual(said);
  });

  it('list the codes of errors as they are', async () => {
    const { TercetError } = await import('../../src/contract/errors.ts');
    const table = rows(section(read('docs/exit-codes.md').text, '## Codes of errors')).slice(1);
    const source = read('src/contract/errors.ts').text;
    const codes = [...(/type ErrorCode =([^;]+);/.exec(source)?.[1] ?? '').matchAll(/'([\w-]+)'/g)].map(
      (match) => match[1] ?? '',
    );
    expect(table.map(([first = '']) => code(first)).sort()).toEqual([...codes].sort());
    for (const [first = '', exit] of table) {
      expect(new TercetError(code(first) as 'usage', '').exitCode, first).toBe(Number(exit));
    }
  });

  it('quote estimates as they are printed', async () => {
    const quoted = documents().flatMap(({ path, text }) =>
      [...text.matchAll(/^```console\n\$ (tercet estimate [^\n]+)\n((?:(?!```).*\n)*)```$/gm)].flatMap(
        ([, command = '', output = '']) => (output.trim() === '' ? [] : [{ path, command, output }]),
      ),
    );
    expect(quoted.map(({ path }) => path).sort()).toEqual(['README.md', 'docs/costs.md', 'docs/costs.md']);
    for (const { command, output } of quoted) {
      const ran = await runCli(...command.split(' ').slice(1));
      expect(ran).toEqual({ code: 0, stdout: output, stderr: '' });
    }
  });
});
