import { keysInUse } from '../../../compose/agents/keys.ts';
import { onPath } from '../../../compose/agents/on-path.ts';
import { askKey } from '../../../compose/ask.ts';
import { foldersOf } from '../../../compose/folders.ts';
import { HOSTS } from '../../../compose/install/hosts.ts';
import { hostOf, prepareInstall, prepareUndo, type Ready, stateOf } from '../../../compose/install/install.ts';
import type { Machine } from '../../../compose/install/machine.ts';
import { isPassing } from '../../../compose/install/start.ts';
import { packageFolder } from '../../../compose/package-folder.ts';
import { EXIT, TercetError } from '../../../contract/errors.ts';
import { redactor } from '../../../handoff/redact.ts';
import { clean, cleanLine } from '../../../report/clean.ts';
import { lineDiff } from '../../../report/line-diff.ts';
import { columns } from '../columns.ts';
import { type CommonOptions, canAsk, type Io, print, printJson, say } from '../io.ts';

export interface InstallOptions extends CommonOptions {
  undo?: boolean;
  dryRun?: boolean;
  yes?: boolean;
}

/** `tercet install [host]`: sets Tercet's MCP server (in Claude Code: its plugin) up in that tool's own settings, after asking; or takes it out. */
export async function install(io: Io, host: string | undefined, options: InstallOptions): Promise<number> {
  const machine: Machine = { env: io.env, platform: process.platform, packageFolder: packageFolder() };
  if (host === undefined) return list(io, machine, options);
  const undo = options.undo === true;
  const { title } = hostOf(host);
  if (!undo && isPassing(machine)) {
    throw new TercetError(
      'usage',
      'This Tercet is a copy that npx keeps for a while; settings that name it would break.',
      {
        hint: 'npm install -g tercet, then again.',
      },
    );
  }
  const folders = foldersOf(io.env);
  const ready = undo
    ? await prepareUndo(host, machine, folders)
    : await prepareInstall(host, machine, folders, new Date());
  if (ready === null) {
    const said = undo
      ? `Tercet was not installed in ${title}; nothing to undo.`
      : `Tercet is set up in ${title} already.`;
    if (options.json === true) printJson(io, { host, file: null, state: 'unchanged', diff: '', notes: [said] });
    else print(io, said);
    return EXIT.approved;
  }
  const diff = diffOf(io, ready);
  const tell = (text: string) => (options.json === true ? say(io, text) : print(io, text));
  tell(
    [`${cleanLine(ready.file, 1_000)}${titleOf(ready)}`, diff, ...ready.notes].filter((line) => line !== '').join('\n'),
  );
  const result = (state: string) => ({ host, file: ready.file, state, diff, notes: ready.notes });
  if (options.dryRun === true) {
    if (options.json === true) printJson(io, result('not written'));
    else print(io, 'Nothing was written.');
    return EXIT.approved;
  }
  if (options.yes !== true) await confirm(io, undo);
  await ready.apply();
  if (options.json === true) printJson(io, result(undo ? 'undone' : 'installed'));
  else
    print(
      io,
      undo
        ? `Taken out of ${title}.`
        : `Set up in ${title}. ${ready.tool.next}\nTake it out: tercet install ${host} --undo`,
    );
  return EXIT.approved;
}

async function confirm(io: Io, undo: boolean): Promise<void> {
  if (!canAsk(io)) {
    throw new TercetError('usage', 'Nothing was changed: there is no terminal to ask at.', {
      hint: 'Say --yes to change it, or --dry-run to only look.',
    });
  }
  const question = undo ? 'Take it out? [y]es, [n]o > ' : 'Write this? [y]es, [n]o > ';
  if ((await askKey(io, question, ['y', 'n'])) !== 'y') throw new TercetError('cancelled', 'Nothing was changed.');
}

function titleOf({ before, after }: Ready): string {
  if (before === null) return ' (new)';
  return after === null ? ' (removed)' : '';
}

/** The exact change, without what looks like a key in the lines around it. */
function diffOf(io: Io, { before, after }: Ready): string {
  const diff = lineDiff(before?.toString('utf8') ?? '', after?.toString('utf8') ?? '');
  return clean(redactor(keysInUse(io.env, {})).all(diff), 20_000);
}

async function list(io: Io, machine: Machine, options: InstallOptions): Promise<number> {
  if (options.undo === true || options.yes === true || options.dryRun === true)
    throw new TercetError('usage', 'Say which host.', { hint: `One of ${Object.keys(HOSTS).join(', ')}.` });
  const folders = foldersOf(io.env);
  const { existsSync } = await import('node:fs');
  const hosts = await Promise.all(
    Object.entries(HOSTS).map(async ([host, tool]) => {
      const program = tool.programs.map((name) => onPath(name, io.env.PATH)).find((at) => at !== null) ?? null;
      const found = program !== null || existsSync(tool.folder(machine));
      return {
        host,
        title: tool.title,
        found,
        program,
        file: tool.file(machine),
        state: await stateOf(host, machine, folders),
      };
    }),
  );
  if (options.json === true) {
    printJson(io, { hosts });
    return EXIT.approved;
  }
  const rows = hosts.map(({ host, title, found, file, state }) => [
    host,
    title,
    found ? 'found' : 'not found',
    STATES[state],
    cleanLine(file, 500),
  ]);
  print(
    io,
    `${columns([['host', 'tool', '', 'Tercet', 'settings'], ...rows], 'lllll').join('\n')}\n\nSet it up: tercet install HOST. Take it out: tercet install HOST --undo.`,
  );
  return EXIT.approved;
}

const STATES: Readonly<Record<Awaited<ReturnType<typeof stateOf>>, string>> = {
  installed: 'set up',
  'by hand': 'set up by hand',
  no: 'not set up',
  unreadable: 'cannot be told',
};
