// Prints the dashboard, for a Grafana that is not the portal's.
// In: optional path of a deployment document (argument, default deployment.json). Out: JSON on stdout.
import { resolve } from 'node:path';
import process from 'node:process';
import { RunError } from '@pulumi/pulumi';
import { readDeployment } from '../read-deployment.ts';
import { buildDashboard } from './dashboards.ts';
import { scraperOf } from './declare-watching.ts';

try {
  const document = readDeployment(resolve(process.argv[2] ?? 'deployment.json'));
  process.stdout.write(`${buildDashboard(document, scraperOf(document))}\n`);
} catch (error) {
  if (!RunError.isInstance(error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
