// The one registry that nodes pull images from.
// In: the document, its group and network. Out: a private registry without passwords and without a public door.
import { Registry } from '@pulumi/azure-native/containerregistry/registry.js';
import type { ResourceGroup } from '@pulumi/azure-native/resources/resourceGroup.js';
import {
  NetworkRuleBypassOptions,
  PolicyStatus,
  PublicNetworkAccess,
  SkuName,
} from '@pulumi/azure-native/types/enums/containerregistry/index.js';
import type * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../../src/documents/deployment.ts';
import type { Network } from '../network.ts';
import { declarePrivateDoor } from '../private-door.ts';
import { buildTags } from '../tags.ts';

export interface ImageRegistry {
  registry: Registry;
  door: pulumi.Resource[];
}

/** Only the Premium tier has private doors. Images are copied in by Azure itself, asked by the seed job. */
export function declareRegistry(document: Deployment, resourceGroup: ResourceGroup, network: Network): ImageRegistry {
  const registry = new Registry('registry', {
    resourceGroupName: resourceGroup.name,
    location: document.placement.region,
    tags: buildTags(document),
    sku: { name: SkuName.Premium },
    adminUserEnabled: false,
    anonymousPullEnabled: false,
    // With it, layers come from an address of the registry's own and not from a store that all customers share.
    dataEndpointEnabled: true,
    publicNetworkAccess: PublicNetworkAccess.Disabled,
    // The import that the seed job asks for is done by Azure itself.
    networkRuleBypassOptions: NetworkRuleBypassOptions.AzureServices,
    policies: {
      // Images leave by nodes that pull them, and in no other way.
      exportPolicy: { status: PolicyStatus.Disabled },
      azureADAuthenticationAsArmPolicy: { status: PolicyStatus.Enabled },
    },
  });
  const door = declarePrivateDoor(document, {
    name: 'registry-door',
    service: 'registry',
    zoneName: 'privatelink.azurecr.io',
    resourceGroup,
    network,
    targetId: registry.id,
  });
  return { registry, door };
}
