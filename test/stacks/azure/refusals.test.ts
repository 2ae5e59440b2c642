import { describe, expect, it } from 'vitest';
import { type Deployment, deploymentSchema } from '../../../src/documents/deployment.ts';
import { checkDeployment } from '../../../stacks/azure/check-deployment.ts';
import { buildCpuDeployment, buildGpuDeployment, type Changes } from './fixture.ts';

const check = (document: Deployment, nodeImage?: string) => () => checkDeployment(document, nodeImage);

describe('Fails', () => {
  it('for another provider', () => {
    expect(check(buildGpuDeployment({ provider: 'aws' }))).toThrowErrorMatchingInlineSnapshot(`
      [Error: this program deploys to Azure only
        provider: got aws, expected azure
        fix: use the project that was emitted for aws]
    `);
  });

  it('for a replica of several nodes', () => {
    expect(check(buildGpuDeployment({ tier: 'kubernetes' }))).toThrowErrorMatchingInlineSnapshot(`
      [Error: this program runs one replica on one node
        tier: got kubernetes, expected single-node
        fix: pick an option whose replica fits one node, or deploy this one on Kubernetes]
    `);
  });

  it('for arm64 without an image of the deployer’s own', () => {
    expect(
      check(
        buildGpuDeployment({
          machine: {
            cpuArchitecture: 'arm64',
            accelerator: { id: 'gb200', vendor: 'nvidia', count: 8, memoryBytes: 186e9 },
          },
        }),
      ),
    ).toThrowErrorMatchingInlineSnapshot(`
      [Error: the deployment document asks for what Azure cannot give
        machine: got Standard_ND96isr_H200_v5 on arm64, for which no marketplace image is known; set one of your own: pulumi config set nodeImage /subscriptions/…/galleries/…/images/…/versions/…]
    `);
  });

  it('for everything at once, in one message', () => {
    const document = deploymentSchema.parse({
      ...buildGpuDeployment({
        placement: { region: 'eu-north-1', zones: ['eu-north-1a'] },
        machine: { type: 'p5en.48xlarge', localDiskBytes: 0 },
        fleet: { purchase: 'owned', maximumNodes: 40, reservation: { id: 'cr-0123456789abcdef0', endsAt: null } },
        network: { vpcCidr: '10.40.0.0/27', clientCidrs: ['10.0.0.300/8', '10.1.2.3/32'] },
        disk: { rootBytes: 50e9 },
        budget: { usdPerMonth: 0 },
        companions: { tlsProxy: null, seeder: null },
      }),
      tags: { 'team/owner': 'x', 'Azure-thing': 'x', Owner: 'x', owner: 'y' },
    });
    expect(check(document)).toThrowErrorMatchingInlineSnapshot(`
      [Error: the deployment document asks for what Azure cannot give
        machine.type: got p5en.48xlarge, expected an Azure VM size such as Standard_ND96isr_H200_v5
        placement.region: got eu-north-1, expected an Azure region name such as norwayeast
        placement.zones: got eu-north-1a, expected distinct zone numbers such as 1, 2
        fleet.reservation.id: got cr-0123456789abcdef0, expected the id of a capacity reservation group
        fleet.purchase: got owned, expected on-demand, spot or a commitment (owned machines are not in Azure)
        network.clientCidrs: got 10.0.0.300/8, expected IPv4 octets to 255 and a prefix to 32
        fleet.maximumNodes: got 40, expected at most 10 in the lower half of 10.40.0.0/27
        tags: got the name "team/owner", expected no < > % & \\ ? / (Azure refuses them)
        tags: got the name "Azure-thing", expected no microsoft, azure or windows prefix (reserved)
        tags: got both "Owner" and "owner", expected names that differ in more than case
        disk.rootBytes: got 50000000000, expected 100000000000 to 4396972769280: the system and one container
        model.weightBytes: got 690000000000, expected at most the 0 bytes left on the root-disk (set disk.weightsBytes for a network disk)
        companions.tlsProxy: got null, expected the image that ends TLS
        companions.seeder: got null, expected the image that fills the stores
        budget.usdPerMonth: got 0, expected an amount above 0 (Azure refuses it)]
    `);
  });

  it.each<[string, Changes, RegExp]>([
    ['host bits in the network', { network: { vpcCidr: '10.40.0.1/16' } }, /network\.vpcCidr: got 10\.40\.0\.1\/16/],
    ['an octet above 255', { network: { vpcCidr: '10.999.0.0/16' } }, /network\.vpcCidr/],
    ['a network above /28', { network: { vpcCidr: '10.40.0.0/29' } }, /network\.vpcCidr/],
    ['one zone twice', { placement: { zones: ['1', '1'] } }, /placement\.zones/],
    ['more nodes than a scale set takes', { fleet: { maximumNodes: 1001 } }, /at most 1000/],
    ['a weights disk that is too small', { disk: { weightsBytes: 600e9 } }, /600000000000 bytes left on the data-disk/],
    ['a weights disk beyond one Premium SSD', { disk: { weightsBytes: 4e13 } }, /disk\.weightsBytes/],
  ])('for %s', (_, changes, message) => {
    expect(check(buildGpuDeployment(changes))).toThrow(message);
  });

  it('for weights that do not fit beside the system on the root disk', () => {
    expect(check(buildCpuDeployment({ disk: { weightsBytes: 0, rootBytes: 490e9 } }))).toThrow(
      /390000000000 bytes left on the root-disk/,
    );
    expect(check(buildCpuDeployment({ disk: { weightsBytes: 0, rootBytes: 510e9 } }))).not.toThrow();
  });
});
