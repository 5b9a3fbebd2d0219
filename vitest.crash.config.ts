import { defineConfig } from 'vitest/config';

/** `npm run test:crash`: a kill at every event of a run. Takes minutes, so it is no part of `npm test`. */
export default defineConfig({
  test: {
    include: ['test/crash/full.crash.ts'],
    globalSetup: ['test/build-once.ts'],
    setupFiles: ['test/no-network.ts'],
    testTimeout: 120_000,
    maxConcurrency: 2,
  },
});
