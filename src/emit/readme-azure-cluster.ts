// Steps of an emitted project whose replicas span nodes on Azure: the cluster, its supplies, then its inside.
import type { Deployment } from '../documents/deployment.ts';

/** The outside by one Pulumi program, the inside by a second, run from where the cluster's API can be reached. */
export function azureClusterSteps(deployment: Deployment): string[] {
  const { name, placement, network, timeToLiveHours, machine, budget } = deployment;
  return [
    '## Deploy',
    '',
    `Node 20 or newer, the Pulumi CLI, an Azure login (\`az\`) with rights to give roles, quota for ${machine.type} in ${placement.region}, a certificate with its key for the name callers use, and an Entra group of the people who run the cluster.`,
    'Once a subscription: `az feature register --namespace Microsoft.Compute --name EncryptionAtHost`.',
    '',
    '```sh',
    'npm ci',
    'npm run build',
    'npm run list-resources    # what would be made outside of the cluster; needs no account',
    'pulumi stack init prod',
    'pulumi config set budgetStart YYYY-MM-01',
    'pulumi config set --secret sshPublicKey "$(cat ~/.ssh/id_ed25519.pub)"',
    'pulumi config set --secret apiKey "$(openssl rand -hex 32)"',
    'cat chain.pem key.pem | pulumi config set --secret certificate',
    'pulumi config set administratorGroup "$(az ad group show --group NAME --query id --output tsv)"',
    'npm run up',
    '```',
    '',
    ...(machine.fabric?.kind === 'infiniband'
      ? [
          'The program registers `AKSInfinibandSupport`, without which nodes of one pool may come onto different fabrics. Where it was not registered before, wait for `az feature show --namespace Microsoft.ContainerService --name AKSInfinibandSupport` to say so, and `pulumi up` again.',
          '',
        ]
      : []),
    `The seed job \`${name}-seed\` copies images and weights to where nodes and pods read them (\`az container logs -g ${name} -n ${name}-seed --follow\`). Once it has ended, the inside, from a machine that has a route into the network, with \`kubelogin\` beside \`az\`. It ends when the endpoint has answered; a fabric that falls back to TCP fails before anything serves:`,
    '',
    '```sh',
    'cd in-cluster',
    'pulumi stack init prod',
    'pulumi config set cluster organization/seekstack-azure/prod',
    'pulumi up',
    '```',
    '',
    ...(timeToLiveHours === null
      ? []
      : [
          `This is a benchmark: ${timeToLiveHours} hours after its cluster was asked for, a workflow in Azure deletes the resource group with everything in it.`,
          '',
        ]),
    '## Use',
    '',
    `The endpoint is private: callers in ${network.clientCidrs.join(', ')} reach it through the network you peer with. Point the certificate's name to \`endpointAddress\`, an output of the second stack.`,
    '',
    '```sh',
    'curl -H "Authorization: Bearer KEY" https://NAME/v1/models',
    `az aks get-credentials --resource-group ${name} --name ${name} && kubelogin convert-kubeconfig -l azurecli   # for kubectl`,
    '```',
    '',
    '## Watch',
    '',
    `Alerts and the page of plan against actual are Azure's managed services, declared with the first stack: outputs \`dashboardId\` (portal, Monitor, Dashboards with Grafana) and \`grafanaEndpoint\` (from inside the network). The cluster's own Prometheus scrapes, scales replicas, and sends what those read; it has no Grafana and no Alertmanager of its own. Alerts go to ${budget.email === null ? "the subscription's owners" : 'the contact of the workload'}.`,
    '',
    ...(machine.accelerator?.vendor === 'amd'
      ? [
          `AKS has no driver for these accelerators: the daemon set \`${name}-driver\` installs AMD's on each node, which takes some minutes of its first start (\`kubectl -n ${name} logs -l app.kubernetes.io/component=driver\`).`,
          '',
        ]
      : []),
    '## Take it down',
    '',
    'The inside first: what the cluster made in Azure (load balancer, disks) goes with it. Vault, key and weights are protected; `pulumi state unprotect` them to let them go.',
    '',
    '```sh',
    'cd in-cluster && pulumi destroy && cd ..',
    'npm run destroy           # stops the bill; what is protected stays',
    '```',
  ];
}
