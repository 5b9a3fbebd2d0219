import { runCodingWorkflow, TercetError } from 'tercet';

try {
  const { outcome, reason, plan, implementation, review, cost } = await runCodingWorkflow({
    featureRequest: 'add a --json flag to the list command',
    codebaseContext: 'Output is written through src/print.ts only.',
    trio: 'frontier',
    reviewer: 'google/gemini-4-argon',
    budgetUsd: 2,
    maxRounds: 1,
  });
  console.log(`${outcome}: ${reason}`);
  console.log(`${plan?.tasks.length ?? 0} tasks, ${implementation?.commits.length ?? 0} commits`);
  for (const finding of review?.findings ?? []) console.log(`${finding.path}:${finding.line} ${finding.title}`);
  // null is unknown, never zero.
  console.log(`USD ${cost.usd ?? 'unknown'} (${cost.basis})`);
} catch (error) {
  // Only what has to be mended before anything is spent: a missing key, an unknown model, no repository.
  if (!(error instanceof TercetError)) throw error;
  console.error(`${error.code}: ${error.message}\n${error.hint ?? ''}`);
  process.exitCode = error.exitCode;
}
