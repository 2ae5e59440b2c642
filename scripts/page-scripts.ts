// The scripts of the report's page: the page itself, and the planner that it plans again with, each with all it needs in one file.
// In: src/browser. Out: report-page.js and report-planner.js in a folder.
import { dirname, join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';

/** zod's words in forty languages, of which the page speaks none: its problems are told by the planner. */
const withoutLocales: Plugin = {
  name: 'without-locales',
  setup: ({ onResolve }) => {
    onResolve({ filter: /\/locales\/index\.js$/ }, ({ path, resolveDir }) =>
      /[\\/]zod[\\/]/.test(resolveDir) ? { path: join(resolveDir, dirname(path), 'en.js') } : null,
    );
  },
};

/** Browsers that know DecompressionStream and toSorted. */
const SHARED: BuildOptions = {
  bundle: true,
  minify: true,
  format: 'iife',
  platform: 'browser',
  target: ['es2022', 'chrome110', 'firefox115', 'safari16.4'],
  charset: 'utf8',
  legalComments: 'none',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  plugins: [withoutLocales],
};

/** Entry of each script, by the name of its file. */
const SCRIPTS = { 'report-page.js': 'page.tsx', 'report-planner.js': 'planner-worker.ts' } as const;

/**
 * @param root - of the package
 * @throws Error where a script would need something of Node: the platform "browser" has none of its modules
 */
export async function buildPageScripts(root: string, folder: string): Promise<void> {
  for (const [name, entry] of Object.entries(SCRIPTS)) {
    await build({
      ...SHARED,
      absWorkingDir: root,
      entryPoints: [join('src', 'browser', entry)],
      outfile: join(folder, name),
    });
  }
}
