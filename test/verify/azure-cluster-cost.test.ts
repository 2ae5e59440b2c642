// A real plan's cluster on Azure, emitted and recorded: its bill counted anew, its rules with the catalogue's own offers.
import { expect, test } from 'vitest';

import { buildDeployment } from '../../src/emit/build-deployment.ts';
import { checkDeclarations, checkRecording } from '../../src/verify/azure/check-recording.ts';
import { countAzureBill } from '../../src/verify/azure/count-cost.ts';
import { planExample, realCatalog } from '../load-real.ts';
import { recordClusterOf } from './azure-cluster-faults.ts';

test('costs what was planned, line by line, and breaks no rule', () => {
  const plan = planExample('two-nodes.yaml');
  const option = plan.options.find((each) => each.provider === 'azure' && each.nodesPerReplica > 1);
  if (option === undefined) throw new Error('the example has no option of several nodes on Azure');
  const { recording, document, objects } = recordClusterOf(buildDeployment(plan, 'ab'.repeat(32), option));
  const bill = countAzureBill(recording, document);
  expect(bill.findings).toEqual([]);
  expect(bill.countedUsdPerMonth).toBeCloseTo(option.cost.usdPerMonth.typical, 2);
  const counted = bill.lines.filter((each) => each.basis === 'counted').map((each) => each.id);
  for (const id of [
    'compute',
    'system-node-d4s-v5',
    'aks-standard-tier',
    'private-endpoint',
    'disk-premium-p10-128gib',
    'lb-standard-rule',
    'monitor-prometheus-samples',
    'monitor-prometheus-queries',
    'grafana-standard',
  ])
    expect(counted).toContain(id);
  const catalog = realCatalog();
  const offered = (machine: string, region: string) =>
    catalog.instances.some((each) => each.id === machine)
      ? catalog.pricesOf(machine).some((price) => price.region === region)
      : null;
  const checked = { document, recording, offered, objects };
  expect([...checkDeclarations(checked), ...checkRecording(checked).findings]).toEqual([]);
}, 600_000);
