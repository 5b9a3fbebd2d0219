import { type Run, type TercetClient, tercetClient } from 'tercet/client';

/** Starts a run on a server, prints what it does, and gives it as it ended. A connection that breaks is made again. */
export async function runThere(client: TercetClient, featureRequest: string): Promise<Run> {
  const { run } = await client.startRun({ featureRequest, approval: 'skip', budgetUsd: 1 });
  for await (const event of client.follow(run)) console.log(event.seq, event.type);
  return client.get(run);
}

if (import.meta.main) {
  const { TERCET_URL: url = 'http://127.0.0.1:8417', TERCET_SERVER_TOKEN: token = '' } = process.env;
  const { outcome, branch, costUsd } = await runThere(
    tercetClient({ url, token }),
    'add a --json flag to the list command',
  );
  console.log(outcome, branch, costUsd);
}
