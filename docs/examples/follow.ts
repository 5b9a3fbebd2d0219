import { type RunHandle, runCodingWorkflow } from 'tercet';

/** Prints what a run does while it does it. Each iteration of `events` starts at the beginning and ends with the run. */
export async function follow(run: RunHandle): Promise<void> {
  for await (const event of run.events) {
    switch (event.type) {
      case 'phase.started':
        console.log(event.phase);
        break;
      case 'task.committed':
        console.log(`  ${event.task} ${event.commit.sha.slice(0, 9)} ${event.commit.subject}`);
        break;
      case 'call.settled':
        console.log(`  ${event.role} ${event.servedModel ?? 'unknown model'}: USD ${event.cost.usd ?? 'unknown'}`);
        break;
      default:
    }
  }
}

if (import.meta.main) {
  const run = runCodingWorkflow({
    featureRequest: 'add a --json flag to the list command',
    // Gives up after ten minutes: the run ends as `cancelled`, with what was committed on its branch.
    signal: AbortSignal.timeout(600_000),
  });
  await follow(run);
  console.log((await run).outcome);
}
