// The build's last step: the scripts of the report's page, so that making a report takes no bundler.
// In: src/browser. Out: dist/report-page.js, dist/report-planner.js.
import { join } from 'node:path';
import { findPackage } from '../src/files/package-root.ts';
import { buildPageScripts } from './page-scripts.ts';

const { root } = findPackage();
for (const [name, bytes] of await buildPageScripts(root, join(root, 'dist')))
  console.log(`dist/${name}: ${Math.round(bytes / 1000)} kB`);
