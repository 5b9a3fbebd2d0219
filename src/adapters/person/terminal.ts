import type { Readable, Writable } from 'node:stream';
import { TercetError } from '../../contract/errors.ts';
import type { Question } from '../../contract/plan.ts';
import type { Person, PlanProposal } from '../../ports/person.ts';
import { clean, cleanLine } from '../../report/clean.ts';
import { type Palette, PLAIN } from '../../report/palette.ts';
import { planText } from '../../report/plan-text.ts';
import { editFile } from './editor.ts';
import { type Line, readLine } from './line-reader.ts';

export interface TerminalPersonOptions {
  input: Readable & { readonly isTTY?: boolean };
  output: Writable & { readonly columns?: number };
  /** The value of VISUAL or EDITOR; null when neither is set. */
  editor: string | null;
  palette?: Palette;
  /** A live display that has to step aside while the person is asked. */
  display?: { pause(): void; resume(): void };
  /** Called on Ctrl-C in a prompt (the terminal sends no SIGINT there), e.g. to abort the run's signal. */
  onInterrupt?: () => void;
}

/** The person at a terminal, asked one thing at a time. null when the input is no terminal: then nobody is ever asked. */
export function terminalPerson(options: TerminalPersonOptions): Person | null {
  if (options.input.isTTY !== true) return null;
  const { input, output, editor, display, palette = PLAIN } = options;
  const say = (text: string) => output.write(`${text}\n`);

  const ask = async (prompt: string, signal: AbortSignal): Promise<Line> => {
    const line = await readLine(prompt, { input, output }, signal);
    if (line.got !== 'line') say('');
    if (line.got === 'interrupted') {
      options.onInterrupt?.();
      signal.throwIfAborted();
    }
    return line;
  };

  const aside = async <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    display?.pause();
    try {
      return await work();
    } finally {
      display?.resume();
    }
  };

  const answer = async (questions: readonly Question[], signal: AbortSignal) => {
    const answers: (string | null)[] = questions.map(() => null);
    for (const [index, { question, assumption }] of questions.entries()) {
      say(`${palette.bold(`Question ${index + 1} of ${questions.length}`)}  ${clean(question, 2_000).trim()}`);
      const line = await ask(`  [Enter: ${cleanLine(assumption, 400)}]\n  > `, signal);
      if (line.got === 'interrupted') {
        throw new TercetError('cancelled', 'Stopped at a question of the planner.', {
          hint: 'Start the run again to go on.',
        });
      }
      // With the input closed nobody answers the rest: the assumptions stand.
      if (line.got === 'ended') break;
      answers[index] = line.text.trim() || null;
    }
    return answers;
  };

  /** True when the file was edited, or may have been. */
  const edit = async (file: string, signal: AbortSignal): Promise<boolean> => {
    const result = await editFile(editor, file, signal);
    if (result.end === 'closed') return true;
    say(palette.yellow(`! ${cleanLine(result.why)}`));
    if (result.end === 'failed') return false;
    const line = await ask(`  Edit ${cleanLine(file, 1_000)} by hand, then press Enter. `, signal);
    return line.got === 'line';
  };

  const approve = async ({ plan, file, warnings, problem }: PlanProposal, signal: AbortSignal) => {
    signal.throwIfAborted();
    say(planText(plan, { palette, warnings, width: output.columns ?? 100 }));
    if (problem !== null) say(palette.red(`The plan file cannot be used as it stands:\n${clean(problem).trim()}\n`));
    const keys = problem === null ? '[y]es, [e]dit, [n]o' : '[e]dit, [n]o';
    for (;;) {
      const line = await ask(`${palette.bold('Carry out this plan?')} ${keys} > `, signal);
      if (line.got !== 'line') return 'rejected';
      const key = line.text.trim().toLowerCase();
      if ((key === 'y' || key === 'yes') && problem === null) return 'approved';
      if (key === 'n' || key === 'no') return 'rejected';
      if ((key === 'e' || key === 'edit') && (await edit(file, signal))) return 'edited';
      if (key !== 'e' && key !== 'edit') say(`  Please answer ${keys}. The plan is in ${cleanLine(file, 1_000)}`);
    }
  };

  return {
    answer: (questions, signal) => aside(() => answer(questions, signal)),
    approve: (proposal, signal) => aside(() => approve(proposal, signal)),
  };
}
