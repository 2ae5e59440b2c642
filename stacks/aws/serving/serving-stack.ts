// The stack of one deployment: wires the rooms together and owns nothing else.
// In: a deployment document. Out: network, nodes, endpoint and outputs in one CloudFormation stack.
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

import type { Deployment } from '../../../src/documents/deployment.ts';
import type { Supplies } from '../supplies/supplies-stack.ts';
import { addAlarms } from './alarms.ts';
import { addDashboard } from './dashboard.ts';
import { addEndpoint } from './endpoint.ts';
import { addLogGroups } from './logs.ts';
import { measuresOf } from './measures.ts';
import { addNetwork } from './network.ts';
import { addNotices } from './notices.ts';
import { addOutputs } from './outputs.ts';
import { addNodeRole } from './permissions.ts';
import { addServingNodes } from './serving-nodes.ts';

export interface ServingStackProps {
  readonly document: Deployment;
  /** Twelve-digit account number; undefined leaves the template free of one. */
  readonly account: string | undefined;
  readonly supplies: Supplies;
}

export class ServingStack extends Stack {
  readonly #zones: readonly string[];

  constructor(scope: Construct, id: string, { document, account, supplies }: ServingStackProps) {
    const { model, machine, fleet, placement } = document;
    super(scope, id, {
      stackName: document.name,
      description: `${model.id} on ${fleet.nodes} x ${machine.type} in ${placement.region}, plan ${document.planDigest.slice(0, 12)}`,
      env: { region: placement.region, ...(account === undefined ? {} : { account }) },
    });
    this.#zones = placement.zones;

    const logs = addLogGroups(this, document, supplies.key);
    const notices = addNotices(this, document, supplies.key);
    const network = addNetwork(this, document, supplies, logs.network);
    const role = addNodeRole(this, document, supplies, logs.engine);
    const nodes = addServingNodes(this, { document, network, role, supplies, notices, engineLogs: logs.engine });
    const endpoint = addEndpoint(this, { document, network, group: nodes, accessLogs: supplies.accessLogs });
    const measures = measuresOf(document);
    addDashboard(this, document, measures);
    addAlarms(this, document, measures, endpoint.targets, notices);
    addOutputs(this, { document, endpoint: endpoint.balancer, group: nodes, engineLogs: logs.engine });
  }

  /** The plan's zones. Without the override CDK asks an account for its zones, which needs credentials. */
  override get availabilityZones(): string[] {
    return [...this.#zones];
  }
}
