import {defineConfig} from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.{ts,tsx}'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One more than the two cores of CI: a third of the time tests wait for somebody else.
    maxWorkers: 3,
    // The built program is run as it is.
    server: {deps: {external: [/\/dist\/src\//]}},
  },
});
