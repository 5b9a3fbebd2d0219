import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { arch, homedir, platform, release } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { openSession, type Session } from '../../../compose/compose.ts';
import { packageVersion } from '../../../compose/package-folder.ts';
import { recordingOf } from '../../../compose/runs/recording-of.ts';
import { TercetError } from '../../../contract/errors.ts';
import type { RunRecord } from '../../../contract/outcome.ts';
import { hideFolders } from '../export/hide-folders.ts';
import { withoutContent } from '../export/reduce.ts';
import { type CommonOptions, type Io, print, printJson } from '../io.ts';

export interface ExportOptions extends CommonOptions {
  output?: string;
  force?: boolean;
  withContent?: boolean;
}

/** `tercet export RUN`: one JSON file about a run, for a bug report. Texts are left out unless asked for, keys always. */
export async function exportRun(io: Io, id: string, options: ExportOptions): Promise<number> {
  const session = await openSession(io);
  try {
    const record = await session.store.get(id);
    const bundle = await collect(io, session, record, options.withContent === true);
    const text = `${JSON.stringify(bundle, null, 2)}\n`;
    if (options.output === '-') {
      if (options.json === true) printJson(io, bundle);
      else print(io, text);
      return 0;
    }
    const file = path.resolve(io.cwd, options.output ?? `tercet-export-${record.id}.json`);
    await writeFile(file, text, { mode: 0o600, flag: options.force === true ? 'w' : 'wx' }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST')
          throw new TercetError('usage', `${file} cannot be written: ${error.message}`, { cause: error });
        throw new TercetError('usage', `${file} is there already; it is not overwritten.`, {
          hint: 'Choose another file with --output, or say --force.',
        });
      },
    );
    if (options.json === true) printJson(io, { run: record.id, file, bytes: Buffer.byteLength(text) });
    else print(io, told(bundle, path.relative(io.cwd, file) || file, options.withContent === true));
    return 0;
  } finally {
    await session.close();
  }
}

async function collect(io: Io, session: Session, record: RunRecord, whole: boolean) {
  const { starts, journal } = recordingOf(session, record.id);
  const receipts = await session.ledger.list({ run: record.id });
  const events = await session.store.events(record.id);
  const { providers = {} } = session.config.user;
  const hide = hideFolders([
    [session.repository.root, '<repository>'],
    [record.root, '<repository>'],
    [session.folders.data, '<data>'],
    [io.env.HOME ?? homedir(), '~'],
  ]);
  const salt = randomBytes(32);
  const shown = (value: unknown) => hide(session.redactor.all(whole ? value : withoutContent(value, salt)));
  return {
    format: 'tercet-export',
    version: 1,
    content: whole,
    made: new Date().toISOString(),
    versions: {
      tercet: packageVersion(),
      node: process.versions.node,
      git: await gitVersion(io),
      os: `${platform()} ${release()} ${arch()}`,
    },
    run: shown(record),
    // Each start of the run, with the settings it had; prompts are named by their hash, and nobody by their name.
    starts: shown(
      starts.map(({ tercet, after, settings, agents, stronger, prompts, person }) => ({
        tercet,
        after,
        settings,
        agents,
        stronger,
        person,
        prompts: Object.fromEntries(Object.entries(prompts).map(([role, { hash }]) => [role, hash])),
      })),
    ),
    providers: Object.fromEntries(
      Object.entries(providers).map(([name, { local = false, structured = null }]) => [name, { local, structured }]),
    ),
    events: shown(events),
    receipts: shown(receipts),
    journal: whole ? shown(journal) : journal.map(({ key }) => key),
  };
}

async function gitVersion(io: Io): Promise<string> {
  const asked = promisify(execFile)('git', ['version'], { env: { PATH: io.env.PATH ?? '' } });
  return asked.then(
    ({ stdout }) => stdout.replace('git version ', '').trim(),
    () => 'unknown',
  );
}

function told(bundle: Awaited<ReturnType<typeof collect>>, file: string, whole: boolean): string {
  const count = (value: unknown) => (Array.isArray(value) ? value.length : 0);
  return [
    `Written to ${file}:`,
    `  the run's record, ${count(bundle.starts)} start(s) with their settings, ${count(bundle.events)} events, ${count(bundle.receipts)} receipts`,
    '  versions of Tercet, Node, git and the system; names of configured providers, no endpoints',
    whole
      ? '  with content: the request, the plan, the models’ answers, what commands printed, parts of your code'
      : '  texts are left out: a hash and a size stand for each; models, tokens, costs and errors are there',
    'Keys are taken out, your home folder and the repository are named ~ and <repository>.',
    'Read it before you share it.',
  ].join('\n');
}
