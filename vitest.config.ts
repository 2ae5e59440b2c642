import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // CDK tests load a large library and a validation engine; a busy machine takes a while over that.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
