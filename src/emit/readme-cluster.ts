// Steps of an emitted project whose replicas span nodes: stacks, then controllers, then what runs in the cluster.
import type { Deployment } from '../documents/deployment.ts';

/** Weights come over the network before the engine reads them; an hour is 200 MB/s for the largest checkpoint. */
const FETCH_SECONDS_MOST = 3600;

/** On AWS: the cluster by CDK, the rest by kubectl from where the cluster's API can be reached. */
export function clusterSteps(deployment: Deployment): string[] {
  const { name, placement, network, timeToLiveHours, fleet } = deployment;
  const certificate = network.certificate === null ? ' -- --certificate ARN' : '';
  const block = fleet.reservation?.endsAt ?? null;
  return [
    '## Deploy',
    '',
    'Node 20 or newer, AWS credentials, `kubectl`, `helm`, a certificate in ACM for the name callers use, and a role that people who run the cluster may take (`ADMIN`, an ARN).',
    '',
    '```sh',
    'npm ci',
    'npm run synth        # needs no account',
    `npm run preflight${certificate}   # quota, offering, reservation, certificate, weights; changes nothing`,
    `npx cdk bootstrap    # once an account and region (${placement.region})`,
    `npx cdk deploy ${name}-supplies`,
    `aws codebuild start-build --project-name ${name}-seed --region ${placement.region}`,
    '```',
    '',
    'The seed job copies weights and images to where the nodes read them. Once it has succeeded, the cluster:',
    '',
    '```sh',
    `npm run deploy -- --parameters ${name}:AdministratorRoleArn=ADMIN`,
    `npm run stack-env${certificate}          # writes kubernetes/stack.env from the outputs of the stacks`,
    '```',
    '',
    'Its API answers inside the network only. From a machine that has a route there:',
    '',
    '```sh',
    `aws eks update-kubeconfig --region ${placement.region} --name ${name} --role-arn ADMIN`,
    ...inCluster(deployment),
    '```',
    '',
    ...(block === null
      ? []
      : [
          `The capacity block ends at ${block}; a schedule empties its node groups 40 minutes before. Deploy after the block has begun: a node group that finds no machines fails.`,
          '',
        ]),
    ...(timeToLiveHours === null
      ? []
      : [
          `This is a benchmark: ${timeToLiveHours} hours after its cluster was asked for, nodes are stopped, what controllers made is deleted, then the stack.`,
          '',
        ]),
    '## Use',
    '',
    `The endpoint is private: callers in ${network.clientCidrs.join(', ')} reach it through the network you connect to the VPC.`,
    '',
    '```sh',
    `kubectl -n ${name} get service ${name}-endpoint   # its address; point the certificate's name to it`,
    `KEY=$(aws secretsmanager get-secret-value --secret-id SECRET --query SecretString --output text)   # SECRET: output of ${name}-supplies`,
    'curl -H "Authorization: Bearer $KEY" https://NAME/v1/models',
    '```',
    '',
    '## Take it down',
    '',
    'What controllers made (load balancer, disks) goes first; the network cannot be deleted around it.',
    '',
    '```sh',
    'kubectl delete -k kubernetes',
    'helm uninstall prometheus -n monitoring && kubectl delete pvc -n monitoring --all',
    'npm run destroy      # stops the bill; the buckets stay until you delete them',
    '```',
  ];
}

/** On machines one owns: a cluster is there, its controllers may not be. */
export function ownClusterSteps(deployment: Deployment): string[] {
  const { name, engine, machine } = deployment;
  return [
    '## Order',
    '',
    '`BILL-OF-MATERIALS.md` for readers, `bill-of-materials.csv` for purchasing.',
    '',
    '## Deploy',
    '',
    `A Kubernetes cluster over the servers with a default storage class on local NVMe${machine.fabric?.kind === 'infiniband' ? ', and a device plugin that shares the InfiniBand adapters as `rdma/shared_ib`' : ''}. Callers need no key unless you make one.`,
    '',
    '```sh',
    `kubectl label node NODE seekstack.dev/server=${machine.type}   # each server`,
    ...inCluster(deployment),
    '```',
    '',
    '## Use',
    '',
    '```sh',
    `kubectl -n ${name} port-forward service/${name} ${engine.port} &`,
    `curl http://localhost:${engine.port}/v1/models`,
    '```',
    '',
    '## Take it down',
    '',
    '```sh',
    'kubectl delete -k kubernetes',
    '```',
  ];
}

function inCluster({ name, engine, fleet, machine }: Deployment): string[] {
  const fabric = fleet.nodes > 1 && (machine.fabric?.kind === 'efa' || machine.fabric?.kind === 'infiniband');
  const stage = (label: string) => `kubectl apply -k kubernetes -l seekstack.dev/stage=${label}`;
  return [
    stage('base'),
    'bash kubernetes/install-operators.sh',
    ...(fabric
      ? [
          `${stage('fabric')}     # fails where machines would talk over TCP; takes all accelerators, so it comes first`,
          `kubectl -n ${name} wait --for=condition=complete job/${name}-fabric --timeout=30m`,
        ]
      : []),
    stage('serving'),
    `kubectl -n ${name} wait --for=condition=ready pod -l leaderworkerset.sigs.k8s.io/worker-index=0 --timeout=${Math.ceil(FETCH_SECONDS_MOST + engine.startupSeconds)}s`,
    stage('smoke'),
    `kubectl -n ${name} wait --for=condition=complete job/${name}-smoke --timeout=15m`,
  ];
}
