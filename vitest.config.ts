import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/build-once.ts'],
    setupFiles: ['test/no-network.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    pool: 'forks',
    // A file finds the modules of the one before it; what it changes, it puts back.
    isolate: false,
    // One more than the cores this has to do with: some tests only wait.
    maxWorkers: 3,
  },
});
