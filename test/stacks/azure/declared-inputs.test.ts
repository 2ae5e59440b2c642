// Inputs against what the SDK and Azure's own client packages declare: a wrong word or a missing property is found, and both
// sources, read independently, say the same of what they both have.
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';

import type { Registration } from '../../../stacks/azure/record/monitor.ts';
import { ArmPackages } from '../../../stacks/azure/schema/arm-packages.ts';
import { checkRegistration } from '../../../stacks/azure/schema/check-registration.ts';
import { DeclaredTypes } from '../../../stacks/azure/schema/declared-types.ts';
import { SecondOpinion } from '../../../stacks/azure/schema/second-opinion.ts';

const require = createRequire(import.meta.url);
const packages = new ArmPackages();
const types = new DeclaredTypes();
const SDK = types.source;

function problemsOf(type: string, inputs: Record<string, unknown>, opinion = new SecondOpinion(packages)) {
  const registration: Registration = {
    type: `azure-native:${type}`,
    name: 'one',
    urn: 'urn:one',
    parent: '',
    custom: true,
    inputs,
    dependencies: [],
    protect: false,
    retainOnDelete: false,
    aliases: [],
    provider: '',
    version: '',
  };
  return checkRegistration(registration, types, opinion).map(({ field, got, source }) => [field, got, source]);
}

/** Declarations of a package that must be installed. */
function declarationsOf(module: string) {
  return packages.of(module) ?? expect.fail(`no package of ${module}`);
}

const assignment = {
  principalId: '00000000-0000-0000-0000-000000000001',
  roleDefinitionId: '/role',
  scope: '/group',
  principalType: 'ServicePrincipal',
};

describe("Azure's own packages", () => {
  test('tell the words of lists that may grow and of those that may not, old packages and new', () => {
    expect(declarationsOf('compute').wordsOf('OrchestrationMode')).toEqual(['Uniform', 'Flexible']);
    expect(declarationsOf('compute').wordsOf('CachingTypes')).toEqual(['None', 'ReadOnly', 'ReadWrite']);
    expect(declarationsOf('network').wordsOf('TransportProtocol')).toEqual(['Udp', 'Tcp', 'All']);
    expect(declarationsOf('compute').wordsOf('Sku')).toBeNull();
    expect(declarationsOf('compute').wordsOf('NoSuchThing')).toBeNull();
  });

  test('tell what a model needs: its own, what it inherits, nothing that Azure fills in', () => {
    expect(declarationsOf('keyvault').requiredBy('VaultProperties')).toEqual(['tenantId', 'sku']);
    expect(declarationsOf('compute').requiredBy('VirtualMachineScaleSet')).toEqual(['location']);
    expect(declarationsOf('compute').requiredBy('CachingTypes')).toBeNull();
  });

  test('are asked for by the module of the SDK, whatever they are called', () => {
    expect(declarationsOf('managedidentity').source).toMatch(/^@azure\/arm-msi \d/);
    expect(packages.of('alertsmanagement')).toBeNull();
  });

  // Both are made from Azure's published API; for the same version of it, what they say apart from each other agrees.
  test.each([
    ['compute', [], 80],
    ['network', ['AddressPrefixType', 'FirewallPolicyRuleType'], 170],
    ['keyvault', [], 19],
    ['storage', [], 40],
    ['containerservice', [], 55],
    ['logic', [], 28],
  ])('of %s have the same words as the SDK', (module, others, least) => {
    const enumerations: Record<string, Record<string, string>> = require(`@pulumi/azure-native/types/enums/${module}/index.js`);
    const declarations = declarationsOf(module);
    const compared = Object.entries(enumerations).flatMap(([name, words]) => {
      const known = declarations.wordsOf(name);
      return known === null ? [] : [{ name, same: [...known].sort().join() === Object.values(words).sort().join() }];
    });
    expect(compared.length).toBeGreaterThanOrEqual(least);
    expect(compared.filter((each) => !each.same).map((each) => each.name)).toEqual(others);
  });
});

describe('a registration', () => {
  test('that all know has no problem, and is counted', () => {
    const opinion = new SecondOpinion(packages);
    expect(problemsOf('authorization:RoleAssignment', assignment, opinion)).toEqual([]);
    expect(opinion.consulted).toEqual([{ source: declarationsOf('authorization').source, words: 1, models: 1 }]);
    expect(opinion.unknown).toEqual([]);
  });

  test('with a word that nobody knows is refused by both', () => {
    const [problem] = problemsOf('network:LoadBalancer', { resourceGroupName: 'chat', sku: { name: 'Gigantic' } });
    expect(problem).toEqual(['sku.name', '"Gigantic"', `${SDK}, ${declarationsOf('network').source}`]);
  });

  test('with a word that only the SDK knows is refused by the package, with both lists', () => {
    const inputs = { ...assignment, principalType: 'AgentUser' };
    const { source } = declarationsOf('authorization');
    expect(problemsOf('authorization:RoleAssignment', inputs)).toEqual([['principalType', '"AgentUser"', source]]);
    const [problem] = checkRegistration(
      { ...({} as Registration), urn: 'urn:one', custom: true, type: 'azure-native:authorization:RoleAssignment', inputs },
      types,
      new SecondOpinion(packages),
    );
    expect(problem?.expected).toContain(`AgentUser, AgentServicePrincipal (${SDK})`);
    expect(problem?.expected).toMatch(/Device \(@azure\/arm-authorization/);
  });

  test('with a word that only the package knows is refused by the SDK', () => {
    const inputs = {
      ...{ resourceGroupName: 'chat', networkManagerName: 'one', configurationName: 'one', ruleCollectionName: 'one' },
      ...{ ruleName: 'one', kind: 'Custom', access: 'Allow', direction: 'Inbound', priority: 100, protocol: 'Tcp' },
      sources: [{ addressPrefix: 'x', addressPrefixType: 'NetworkGroup' }],
    };
    expect(problemsOf('network:AdminRule', inputs)).toEqual([['sources.0.addressPrefixType', '"NetworkGroup"', SDK]]);
  });

  test('without what it needs is refused by both, also where the value is a secret', () => {
    const both = `${SDK}, ${declarationsOf('keyvault').source}`;
    const properties = { secret: { sku: { family: 'A', name: 'standard' } } };
    expect(problemsOf('keyvault:Vault', { resourceGroupName: 'chat', properties })).toEqual([
      ['properties.tenantId', 'nothing', both],
    ]);
    expect(problemsOf('keyvault:Vault', { resourceGroupName: 'chat' })).toEqual([['properties', 'nothing', both]]);
  });

  test('without what only the package asks for is refused by that', () => {
    const containers = [{ name: 'one', resources: { requests: { cpu: 1, memoryInGB: 1 } } }];
    expect(problemsOf('containerinstance:ContainerGroup', { resourceGroupName: 'chat', osType: 'Linux', containers })).toEqual([
      ['containers.0.image', 'nothing', declarationsOf('containerinstance').source],
    ]);
  });

  test('is not held against another list that has the same name', () => {
    const opinion = new SecondOpinion(packages);
    expect(opinion.wordsOf({ module: 'monitor', name: 'AlertSeverity' }, ['Sev0', 'Sev1'])).toBeNull();
    expect(opinion.unknown).toEqual(['monitor.AlertSeverity']);
    expect(opinion.consulted).toEqual([]);
  });
});
