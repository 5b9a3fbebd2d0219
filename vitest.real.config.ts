import { defineConfig } from 'vitest/config';

/** `npm run test:real-agents`: the real programs, installed from npm. They are large, so this is no part of `npm test`. */
export default defineConfig({
  test: {
    include: ['test/real/*.real.ts'],
    globalSetup: ['test/build-once.ts'],
    testTimeout: 180_000,
    hookTimeout: 30_000,
    fileParallelism: false,
  },
});
