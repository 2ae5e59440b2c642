// The build's last step: the report's page and all it needs as one script, so that making a report takes no bundler.
// In: src/browser. Out: dist/report-page.js.
import { build } from 'esbuild';

const result = await build({
  entryPoints: ['src/browser/page.tsx'],
  outfile: 'dist/report-page.js',
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  metafile: true,
});
const [output] = Object.values(result.metafile.outputs);
console.log(`dist/report-page.js: ${Math.round((output?.bytes ?? 0) / 1000)} kB`);
