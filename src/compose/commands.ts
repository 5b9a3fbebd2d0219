import { findBubblewrap } from '../adapters/commands/bubblewrap/find.ts';
import { bubblewrapCommands } from '../adapters/commands/bubblewrap/index.ts';
import { noCommands } from '../adapters/commands/commands.ts';
import { processCommands } from '../adapters/commands/process.ts';
import { TercetError } from '../contract/errors.ts';
import type { RunRecord } from '../contract/outcome.ts';
import type { Settings } from '../contract/settings.ts';
import type { Commands } from '../ports/commands.ts';
import type { Person } from '../ports/person.ts';

/** The commands of a run, and how they are confined: in words for its record, and as a warning when they are not. */
export interface Confined {
  commands: Commands;
  /** For {@link RunRecord.confinement}. */
  confinement: string;
  /** What to say before anything is run; null when there is nothing to warn of. */
  warning: string | null;
}

export interface Confining {
  kind: RunRecord['kind'];
  sandbox: Settings['sandbox'];
  path: string | undefined;
  person: Person | null;
  signal: AbortSignal;
  /** Why these commands may run unconfined where there is no sandbox; null for every repository of somebody's. */
  trusted: string | null;
}

/** What a person types to let the commands of one run go unconfined. */
const CONSENT = /^(y|yes)$/iu;

/**
 * Picks what runs the commands. Where there is no sandbox, it is the person's choice: in their configuration (`off`),
 * or asked for this one run. Nobody to ask means no run.
 * @throws TercetError `config` when commands would have to run unconfined and nobody allowed it.
 */
export async function confine(confining: Confining, find = findBubblewrap): Promise<Confined> {
  const { kind, sandbox, path } = confining;
  if (kind === 'plan' || kind === 'review') {
    return { commands: noCommands(`a ${kind} runs no commands`), confinement: 'no commands', warning: null };
  }
  if (sandbox.mode === 'off') return unconfined(path, 'sandbox: off', 'your configuration says `sandbox: off`');
  const found = await find(path);
  if (found.program !== null) {
    const { network, read } = sandbox;
    const commands = bubblewrapCommands({ program: found.program, path, network, read });
    const warning = network ? 'Commands can reach the network: your configuration says `sandbox.network: true`.' : null;
    return { commands, confinement: commands.confinement, warning };
  }
  if (sandbox.mode === 'auto') {
    if (confining.trusted !== null)
      return unconfined(path, confining.trusted, `${found.why}, and ${confining.trusted}`);
    if (await agrees(confining, found.why)) return unconfined(path, 'agreed to by the person', 'you agreed to it');
  }
  const asked = sandbox.mode === 'require' ? ' A sandbox is required for this repository.' : '';
  throw new TercetError('config', `Commands of this run cannot be confined: ${found.why}.${asked}`, {
    hint: `${remedy()} Or say \`sandbox: off\` in your own configuration, and commands that models choose run with your rights.`,
  });
}

/** How commands of a run would be confined here, for `tercet doctor`. */
export async function surveySandbox(
  { mode, network }: Settings['sandbox'],
  path: string | undefined,
): Promise<{ state: 'ok' | 'warning' | 'problem'; detail: string; fix: string | null }> {
  if (mode === 'off')
    return {
      state: 'warning',
      detail: 'your configuration says `sandbox: off`: commands run with your rights',
      fix: null,
    };
  const found = await findBubblewrap(path);
  if (found.program !== null)
    return { state: 'ok', detail: `${found.program}${network ? ', with network' : ''}`, fix: null };
  return { state: mode === 'require' ? 'problem' : 'warning', detail: found.why, fix: remedy() };
}

function unconfined(path: string | undefined, reason: string, why: string): Confined {
  return {
    commands: processCommands({ path }),
    confinement: `none (${reason})`,
    warning: `Commands run without a sandbox, with your rights: ${why}.`,
  };
}

/** Asked in the words of a question whose assumption is no, so that silence never loosens anything. */
async function agrees({ person, signal }: Confining, why: string): Promise<boolean> {
  if (person === null) return false;
  const question = `Commands of this run cannot be confined: ${why}. Run them with your rights, in this run? (yes / no)`;
  const [answer] = await person.answer([{ question, assumption: 'no: end the run' }], signal);
  return answer !== null && answer !== undefined && CONSENT.test(answer.trim());
}

function remedy(): string {
  return process.platform === 'linux'
    ? 'Install bubblewrap 0.8 or newer (`apt install bubblewrap`); docs/sandbox.md says what it needs of the system.'
    : 'A sandbox is there on Linux only (docs/sandbox.md).';
}
