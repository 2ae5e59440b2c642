// The build's last step: the scripts of the report's page, so that making a report takes no bundler.
// In: src/browser. Out: dist/report-page.js, dist/report-planner.js.
import { join } from 'node:path';
import { findPackage } from '../src/files/package-root.ts';
import { buildPageScripts } from './page-scripts.ts';

const { root } = findPackage();
// Without a word: what a build prints, `npm pack` prints before the name of its file.
await buildPageScripts(root, join(root, 'dist'));
