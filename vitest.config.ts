import { defineConfig } from 'vitest/config';

/** Tests that hold a clock against a server's schedule: they run last, and one at a time. */
const TIMED = ['test/bench/run.test.ts', 'test/bench/streams.test.ts'];

export default defineConfig({
  test: {
    // CDK tests load a large library and a validation engine; a busy machine takes a while over that.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['test/**/*.test.ts'],
          exclude: TIMED,
          // Of two cores the default would use one.
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'timed', include: TIMED, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
