// How the program reaches the cluster: as whoever runs it, through Entra; local accounts are off.
// In: the resource group and name of the cluster. Out: a provider that talks to its API server.
import { listManagedClusterUserCredentialsOutput } from '@pulumi/azure-native/containerservice/listManagedClusterUserCredentials.js';
import { Provider } from '@pulumi/kubernetes/provider.js';
import * as pulumi from '@pulumi/pulumi';
import { parse } from 'yaml';

/** The application that every AKS cluster trusts. @source https://azure.github.io/kubelogin/concepts/aks.html */
const serverId = '6dae42f8-4368-4678-94ff-3960e28e3630';

interface Kubeconfig {
  clusters: { name: string; cluster: { server: string; 'certificate-authority-data': string } }[];
}

/** Address and authority of the cluster as Azure tells them, and a login that keeps no secret in the file. */
export function writeKubeconfig(encoded: string): string {
  const [found] = (parse(Buffer.from(encoded, 'base64').toString('utf8')) as Kubeconfig | null)?.clusters ?? [];
  if (found === undefined) throw new pulumi.RunError('Azure answered without the address of the cluster');
  const name = 'cluster';
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: { server: found.cluster.server, 'certificate-authority-data': found.cluster['certificate-authority-data'] },
      },
    ],
    users: [
      {
        name,
        user: {
          exec: {
            apiVersion: 'client.authentication.k8s.io/v1beta1',
            command: 'kubelogin',
            args: ['get-token', '--login', 'azurecli', '--server-id', serverId],
            interactiveMode: 'Never',
          },
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });
}

export function connect(resourceGroupName: pulumi.Input<string>, clusterName: pulumi.Input<string>): Provider {
  const { kubeconfigs } = listManagedClusterUserCredentialsOutput({ resourceGroupName, resourceName: clusterName });
  const kubeconfig = kubeconfigs.apply((all) => writeKubeconfig(all[0]?.value ?? ''));
  return new Provider('api-server', { kubeconfig: pulumi.secret(kubeconfig), enableServerSideApply: true });
}
