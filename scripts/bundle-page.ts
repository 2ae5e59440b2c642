// The build's last step: the report's page, and the planner that it plans again with, each with all it needs as one script,
// so that making a report takes no bundler. In: src/browser. Out: dist/report-page.js, dist/report-planner.js.
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

for (const [from, to] of [
  ['src/browser/page.tsx', 'dist/report-page.js'],
  ['src/browser/planner-worker.ts', 'dist/report-planner.js'],
] as const) {
  const { metafile } = await build({ ...SHARED, entryPoints: [from], outfile: to, metafile: true });
  const nodes = Object.keys(metafile.inputs).filter((path) => path.startsWith('node:'));
  if (nodes.length > 0) throw new Error(`${to} would need ${nodes.join(', ')} of Node`);
  console.log(`${to}: ${Math.round((metafile.outputs[to]?.bytes ?? 0) / 1000)} kB`);
}
