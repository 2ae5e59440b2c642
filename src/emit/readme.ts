// The README of an emitted project: what it is, the commands, what it costs, how to take it down.
import type { Deployment } from '../documents/deployment.ts';
import type { Plan, PlanOption } from '../documents/plan.ts';
import { azureClusterSteps } from './readme-azure-cluster.ts';
import { clusterSteps, ownClusterSteps } from './readme-cluster.ts';

const usd = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const cents = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** Markdown; every command in it can be pasted. */
export function renderReadme(plan: Plan, option: PlanOption, deployment: Deployment): string {
  const steps =
    deployment.tier === 'kubernetes'
      ? { aws: clusterSteps, azure: azureClusterSteps, onprem: ownClusterSteps }[option.provider](deployment)
      : { aws: awsSteps, azure: azureSteps, onprem: onPremisesSteps }[option.provider](deployment);
  return [
    `# ${deployment.name}: ${plan.workload.model} on ${option.nodes} × ${option.machine.id}`,
    '',
    `${deployment.pools.map(describePool).join(' and ')}, ${option.checkpoint.precision}, ${option.layout.name}, ${option.engine}, in ${option.region} (${option.purchase}).`,
    `Option \`${option.id}\` of plan \`${deployment.planDigest.slice(0, 16)}\`.`,
    '',
    `**It costs USD ${cents.format(deployment.cost.usdPerHour)} an hour, USD ${usd.format(deployment.cost.usdPerMonth)} a month of 730 hours**, at prices as of ${deployment.cost.priceAsOf}, ${option.provider === 'onprem' ? 'whether it is used or not' : 'from the moment its nodes start until they are destroyed'}.`,
    '',
    '| line | USD a month | how |',
    '| --- | ---: | --- |',
    ...deployment.cost.lines.map(
      (line) => `| ${line.label} | ${line.usdPerMonth === null ? 'not found' : cents.format(line.usdPerMonth)} | ${line.basis} |`,
    ),
    '',
    ...steps,
    '',
    '## What is yours to edit',
    '',
    'Everything. `deployment.json` holds every number the programs read; a second `seekstack emit` into this folder updates files you left alone, keeps your edits where nothing changed beneath them, and refuses where both changed. `--check` tells beforehand.',
    '',
  ].join('\n');
}

function describePool({ role, replicas, nodesPerReplica }: Deployment['pools'][number]): string {
  const what = role === 'serve' ? 'replica' : `${role} worker`;
  const where = nodesPerReplica === 1 ? 'one a node' : `${replicas === 1 ? '' : 'each '}over ${nodesPerReplica} nodes`;
  return `${replicas} ${what}${replicas === 1 ? '' : 's'}, ${where}`;
}

function awsSteps(deployment: Deployment): string[] {
  const { name, placement, network, timeToLiveHours } = deployment;
  const certificate = network.certificate === null ? ` --parameters ${name}:CertificateArn=ARN` : '';
  return [
    '## Deploy',
    '',
    'Node 20 or newer, AWS credentials, enough vCPU quota for the instance type, and a certificate in ACM for the name callers use.',
    '',
    '```sh',
    'npm ci',
    'npm run synth        # needs no account',
    `npm run preflight${certificate === '' ? '' : ' -- --certificate ARN'}   # quota, offering, reservation, certificate, weights; changes nothing`,
    'npm run rehearse     # the whole life of the stacks on this machine; pip install "moto[server]" first',
    `npx cdk bootstrap    # once an account and region (${placement.region})`,
    `npx cdk deploy ${name}-supplies`,
    `aws codebuild start-build --project-name ${name}-seed --region ${placement.region}`,
    '```',
    '',
    'The seed job copies weights and images to where the nodes read them. Once it has succeeded:',
    '',
    '```sh',
    `npm run deploy${certificate === '' ? '' : ` --${certificate}`}`,
    '```',
    '',
    ...(timeToLiveHours === null
      ? []
      : [
          `This is a benchmark: ${timeToLiveHours} hours after its nodes were asked for, they are stopped and the stack is deleted.`,
          '',
        ]),
    '## Use',
    '',
    `The endpoint is private: callers in ${network.clientCidrs.join(', ')} reach it through the network you connect to the VPC.`,
    '',
    '```sh',
    `KEY=$(aws secretsmanager get-secret-value --secret-id SECRET --query SecretString --output text)   # SECRET: output of ${name}-supplies`,
    'curl -H "Authorization: Bearer $KEY" https://NAME/v1/models   # NAME: the one of the certificate, pointing to the endpoint',
    '```',
    '',
    '## Take it down',
    '',
    '```sh',
    'npm run destroy      # stops the bill; the buckets stay until you delete them',
    '```',
  ];
}

function azureSteps(deployment: Deployment): string[] {
  const { engine, placement, network, machine, timeToLiveHours, fleet, name } = deployment;
  const keyed = engine.apiKey !== null;
  return [
    '## Deploy',
    '',
    `Node 20 or newer, the Pulumi CLI, an Azure login that may assign roles, and quota: ${fleet.quota === null ? `for ${machine.type}` : `${fleet.quota.vcpus} vCPUs of ${fleet.quota.code}`} in ${placement.region}.`,
    'Once a subscription: `az feature register --namespace Microsoft.Compute --name EncryptionAtHost`.',
    '',
    '```sh',
    'npm ci',
    'npm run build',
    'npm run list-resources    # what would be made; needs no account',
    'npm run rehearse          # the whole life of the stack on this machine, with the Pulumi CLI; needs no account',
    'pulumi stack init prod    # settings lie in Pulumi.prod.yaml, secrets in it encrypted',
    'pulumi config set budgetStart YYYY-MM-01',
    'pulumi config set --secret sshPublicKey "$(cat ~/.ssh/id_ed25519.pub)"',
    ...(keyed ? ['pulumi config set --secret apiKey "$(openssl rand -hex 32)"'] : []),
    'cat chain.pem key.pem | pulumi config set --secret certificate   # of the name callers use',
    ...(machine.cpuArchitecture === 'arm64'
      ? ['pulumi config set nodeImage /subscriptions/…/galleries/…/images/…/versions/…   # arm64 with drivers, Docker and Python']
      : []),
    'npm run up',
    '```',
    '',
    `The seed job \`${name}-seed\` copies images and weights to where nodes read them (\`az container logs -g ${name} -n ${name}-seed --follow\`); nodes wait for it.`,
    'It runs again with `az container start`, after the model or an image changed.',
    '',
    ...(timeToLiveHours === null
      ? []
      : [`This is a benchmark: ${timeToLiveHours} hours after it was asked for, its resource group is deleted.`, '']),
    '## Use',
    '',
    `The endpoint is private: callers in ${network.clientCidrs.join(', ')} reach it through the network you peer with. Point the certificate's name to \`endpointAddress\`.`,
    '',
    '```sh',
    'pulumi stack output       # address, resource ids, planned cost an hour',
    ...(keyed ? ['KEY=$(pulumi config get apiKey)'] : []),
    `curl ${keyed ? '-H "Authorization: Bearer $KEY" ' : ''}https://NAME/v1/models`,
    '```',
    '',
    '## Take it down',
    '',
    '```sh',
    ...(timeToLiveHours === null
      ? ['pulumi state unprotect --all   # the weights took hours to fill: say that they may go']
      : []),
    'npm run destroy           # stops the bill',
    '```',
  ];
}

function onPremisesSteps(deployment: Deployment): string[] {
  return [
    '## Order',
    '',
    '`BILL-OF-MATERIALS.md` for readers, `bill-of-materials.csv` for purchasing.',
    '',
    '## Deploy',
    '',
    'A Kubernetes cluster over the servers, with the device plugin of the accelerator vendor and a default storage class on local NVMe.',
    '',
    '```sh',
    `kubectl label node NODE seekstack.dev/server=${deployment.machine.type}   # each server`,
    'kubectl apply -k kubernetes',
    `kubectl -n ${deployment.name} rollout status statefulset/${deployment.name} --timeout=${deployment.engine.startupSeconds}s`,
    '```',
    '',
    '## Use',
    '',
    '```sh',
    `kubectl -n ${deployment.name} port-forward service/${deployment.name} ${deployment.engine.port} &`,
    `curl http://localhost:${deployment.engine.port}/v1/models`,
    '```',
    '',
    '## Take it down',
    '',
    '```sh',
    'kubectl delete -k kubernetes',
    '```',
  ];
}
