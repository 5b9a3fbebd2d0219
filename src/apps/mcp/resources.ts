import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { openSession, type Session } from '../../compose/compose.ts';
import { TercetError } from '../../contract/errors.ts';
import { fileText } from '../runs/plain.ts';
import { FILES, type FileName } from '../runs/run-state.ts';
import { addressOf } from './addresses.ts';
import { failureOf } from './results.ts';
import type { Desktop } from './tools/desktop.ts';

const KINDS: Record<FileName, { title: string; mimeType: string; description: string }> = {
  plan: { title: 'Plan of a run', mimeType: 'application/yaml', description: 'plan.yaml: tasks, files, criteria' },
  diff: { title: 'Change of a run', mimeType: 'text/x-diff', description: 'the change as a diff' },
  review: { title: 'Review of a run', mimeType: 'application/json', description: 'verdict, criteria and findings' },
  report: { title: 'Report of a run', mimeType: 'text/markdown', description: 'the whole run for a person' },
};

/** The files of a run, under `tercet://runs/<run>/…`. What models and repositories wrote in them is data, not instruction. */
export function registerResources(server: McpServer, desktop: Desktop): void {
  for (const name of Object.keys(FILES) as FileName[]) {
    const { mimeType, ...about } = KINDS[name];
    const list = async () => ({ resources: await ofThisServer(desktop, name) });
    server.registerResource(
      name,
      new ResourceTemplate(`tercet://runs/{run}/${name}`, { list }),
      { ...about, mimeType },
      async (uri, { run }, ctx) => {
        try {
          const id = String(run);
          const live = desktop.runs.find(id);
          const { session, ask } =
            live === null
              ? await desktop.places.open(ctx, undefined)
              : { session: await openSession({ env: desktop.host.env, cwd: live.root }), ask: null };
          if (session === null) return ask;
          return { contents: [{ uri: uri.href, mimeType, text: await readFile(session, id, name) }] };
        } catch (error) {
          const [part] = failureOf(desktop.host.env, error).content;
          throw new Error(part?.type === 'text' ? part.text : 'It cannot be read.');
        }
      },
    );
  }
}

async function readFile(session: Session, id: string, name: FileName): Promise<string> {
  try {
    const record = await session.store.get(id);
    const text = await session.store.read(record.id, FILES[name]);
    if (text !== null) return fileText(session.redactor, text);
    const why = record.outcome === 'running' ? 'it has not come that far' : `it ended (${record.outcome}) without one`;
    throw new TercetError('usage', `Run ${record.id} has no ${FILES[name]}: ${why}.`);
  } finally {
    await session.close();
  }
}

/** Only what was made here is listed: others are found with list_runs. */
async function ofThisServer({ host, runs }: Desktop, name: FileName) {
  const found = await Promise.all(
    runs.all().map(async (run) => {
      const session = await openSession({ env: host.env, cwd: run.root });
      try {
        const text = await session.store.read(run.id, FILES[name]);
        return text === null
          ? []
          : [{ uri: addressOf(run.id, name), name: `${run.id} ${name}`, mimeType: KINDS[name].mimeType }];
      } finally {
        await session.close();
      }
    }),
  );
  return found.flat();
}
