// The job that fills registry and store from public sources, before any accelerator is paid for.
// In: the document, its network and stores. Out: a container that runs once for each deployment, and again when it is started.
import { ContainerGroup } from '@pulumi/azure-native/containerinstance/containerGroup.js';
import { UserAssignedIdentity } from '@pulumi/azure-native/managedidentity/userAssignedIdentity.js';
import type { ResourceGroup } from '@pulumi/azure-native/resources/resourceGroup.js';
import {
  ContainerGroupRestartPolicy,
  OperatingSystemTypes,
  ResourceIdentityType,
} from '@pulumi/azure-native/types/enums/containerinstance/index.js';
import * as pulumi from '@pulumi/pulumi';
import { type Deployment, imageReference, suppliedImages } from '../../../src/documents/deployment.ts';
import type { Network } from '../network.ts';
import { grantRole } from '../roles.ts';
import { buildTags } from '../tags.ts';
import type { ImageRegistry } from './registry.ts';
import { seedProgram } from './seed-program.ts';
import { type WeightStore, weightsContainerName } from './weights.ts';

/** One block in memory at a time; checksums take one core. */
const processors = 2;
const memoryGibibytes = 4;

export interface SeedParts {
  resourceGroup: ResourceGroup;
  network: Network;
  store: WeightStore;
  images: ImageRegistry;
}

/** What the program is told. Where a value is known only later, Azure makes it of letters, digits and a few signs. */
export function buildSeedSettings(
  document: Deployment,
  places: { account: string; registryId: string; clientId: string },
): Record<string, unknown> {
  const { hfId, hfRevision, hfInclude } = document.model;
  return {
    ...places,
    container: weightsContainerName,
    hfId,
    hfRevision,
    hfInclude,
    images: suppliedImages(document).map(({ source, tag }) => ({ source, tag })),
  };
}

export function declareSeed(document: Deployment, { resourceGroup, network, store, images }: SeedParts): ContainerGroup {
  const placed = {
    resourceGroupName: resourceGroup.name,
    location: document.placement.region,
    tags: buildTags(document),
  };
  const { seeder } = document.companions;
  const identity = new UserAssignedIdentity('seed-identity', { ...placed, resourceName: `${document.name}-seed` });
  const roles = [
    grantRole('seed-writes-weights', {
      role: 'Storage Blob Data Contributor',
      scope: store.container.id,
      principalId: identity.principalId,
      description: `The seed job of ${document.name} writes the weights`,
    }),
    grantRole('seed-imports-images', {
      role: 'Container Registry Data Importer and Data Reader',
      scope: images.registry.id,
      principalId: identity.principalId,
      description: `The seed job of ${document.name} imports images`,
    }),
  ];
  const settings = pulumi
    .output({ account: store.account.name, registryId: images.registry.id, clientId: identity.clientId })
    .apply((places) => JSON.stringify(buildSeedSettings(document, places)));
  return new ContainerGroup(
    'seed',
    {
      ...placed,
      containerGroupName: `${document.name}-seed`,
      osType: OperatingSystemTypes.Linux,
      restartPolicy: ContainerGroupRestartPolicy.OnFailure,
      subnetIds: [{ id: network.seedSubnet.id }],
      identity: { type: ResourceIdentityType.UserAssigned, userAssignedIdentities: [identity.id] },
      containers: [
        {
          name: 'seed',
          image: seeder === null ? '' : imageReference(seeder),
          command: ['python3', '-c', seedProgram],
          environmentVariables: [{ name: 'SEED', value: settings }],
          resources: { requests: { cpu: processors, memoryInGB: memoryGibibytes } },
        },
      ],
    },
    { dependsOn: [...roles, ...store.door, ...images.door] },
  );
}
