import { type Command, CommanderError } from 'commander';
import type { Io } from '../io.ts';

/** Runs one command and returns its exit code. Modules of a command are loaded when it runs: `--help` needs none. */
export type Action = () => Promise<number>;

/** Takes note of the command that was chosen; it runs when the whole line has been read. */
export type Act = (action: Action, options: { json?: boolean }) => void;

/** Adds commands with their options, help and examples to the program. */
export type Define = (program: Command, io: Io, act: Act) => void;

/** Every command can be read by a program. Applied after a command's own options, so that those come first in its help. */
export const withJson = (command: Command) =>
  command.optionsGroup('Output:').option('--json', 'the result as one JSON object, on one line');

/** Commands that make a run say what they are doing. */
export const withProgress = (command: Command) =>
  withJson(command)
    .option('-q, --quiet', 'only what went wrong, and the result')
    .option('-v, --verbose', 'every call and its cost');

/** Commands that call models. */
export const withModels = (command: Command) =>
  withProgress(
    command
      .optionsGroup('Models and limits:')
      .option('--trio <name>', 'preset: frontier, article, budget, local, or your own')
      .option('--planner <model>', 'model that plans, e.g. anthropic/claude-fable-5-2')
      .option('--executor <model>', 'model that executes')
      .option('--reviewer <model>', 'model that reviews; of another lineage')
      .option('--effort <level>', 'none, low, medium, high, max; or role=level', collect)
      .option('--budget <usd>', 'the most this run may spend, US dollars')
      .option('--untrusted', 'leave out what tercet.yaml may not say without your trust'),
  );

/** An option that may be given several times. */
export const collect = (value: string, before: string[] = []) => [...before, value];

/** Reads a whole number from 0 to 100. */
export function count(name: string) {
  return (value: string): number => {
    const number = value.trim() === '' ? Number.NaN : Number(value);
    if (Number.isInteger(number) && number >= 0 && number <= 100) return number;
    throw new CommanderError(2, 'tercet.usage', `${name} takes a whole number from 0 to 100, not "${value}"`);
  };
}

/** Lines for the end of a command's help; each is a command that can be pasted, with a shell comment at most. */
export function examples(...lines: string[]): string {
  return `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}
