// Rules about what is kept on Azure: keys, weights, images, disks, and who may read them.
import { type AzureRule, type Json, list, ofType } from './rule.ts';

/** Settings that hold a secret, which may only come as one. */
const SECRET_INPUT = /^(admin)?password$|^accountKey$|^connectionString$|^clientSecret$/i;
/** Owner, User Access Administrator, Contributor. @source https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const BROAD_ROLES = new Map([
  ['8e3af657-a8ff-443c-a75c-2fe8c4bcb635', 'Owner'],
  ['18d7d88d-d35e-4fb5-a5c3-7773c20a72d9', 'User Access Administrator'],
  ['b24988ac-6180-42a0-ab88-20f7382dd24c', 'Contributor'],
]);

const STORES = ['storage:StorageAccount', 'containerregistry:Registry', 'keyvault:Vault'];

export const AZURE_STORE_RULES: readonly AzureRule[] = [
  {
    name: 'encrypted',
    check: ({ recording }, report) => {
      for (const set of ofType(recording, 'compute:VirtualMachineScaleSet')) {
        const profile = (set.inputs.virtualMachineProfile as Json) ?? {};
        if (profile.securityProfile?.encryptionAtHost !== true)
          report(set, 'disks and caches in clear on the host', 'encryptionAtHost: true');
        for (const disk of [profile.storageProfile?.osDisk, ...list(profile.storageProfile?.dataDisks)])
          if (disk?.managedDisk?.diskEncryptionSet?.id === undefined)
            report(set, 'a disk under a key of Azure', 'the disk encryption set of the deployment');
      }
      for (const account of ofType(recording, 'storage:StorageAccount')) {
        const source = (account.inputs.encryption as Json)?.keySource;
        if (source !== 'Microsoft.Keyvault') report(account, source, 'the key of the deployment');
      }
      const keys = ofType(recording, 'keyvault:Key');
      for (const key of keys)
        if (list((key.inputs.properties as Json)?.rotationPolicy?.lifetimeActions).length === 0)
          report(key, 'a key that stays the same', 'a rotation policy');
    },
  },
  {
    name: 'closed-stores',
    check: ({ recording, document: { purpose } }, report) => {
      const hold = (type: string, wanted: Readonly<Record<string, unknown>>, of: (inputs: Json) => Json = (inputs) => inputs) => {
        for (const store of ofType(recording, type))
          for (const [name, value] of Object.entries(wanted))
            if (of(store.inputs)?.[name] !== value) report(store, `${name}: ${of(store.inputs)?.[name]}`, String(value));
      };
      const closed = { publicNetworkAccess: 'Disabled' };
      hold('storage:StorageAccount', {
        ...closed,
        allowSharedKeyAccess: false,
        allowBlobPublicAccess: false,
        minimumTlsVersion: 'TLS1_2',
      });
      hold('containerregistry:Registry', { ...closed, adminUserEnabled: false, anonymousPullEnabled: false });
      hold(
        'keyvault:Vault',
        { ...closed, enableRbacAuthorization: true, enablePurgeProtection: true },
        (inputs) => inputs.properties,
      );
      if (purpose === 'serving')
        for (const store of ofType(recording, 'storage:StorageAccount'))
          if (!store.protect) report(store, 'weights that a destroy takes along', 'protect: true');
    },
  },
  {
    name: 'private-doors',
    check: ({ recording }, report) => {
      const doors = ofType(recording, 'network:PrivateEndpoint');
      const groups = ofType(recording, 'network:PrivateDnsZoneGroup');
      for (const store of ofType(recording, ...STORES)) {
        const door = doors.find((each) => each.dependencies.includes(store.urn));
        if (door === undefined) report(store, 'no way to it', 'a private endpoint');
        else if (!groups.some((each) => each.dependencies.includes(door.urn)))
          report(door, 'an address without a name', 'a group of private zones');
      }
    },
  },
  {
    name: 'supplies-first',
    tier: 'single-node',
    check: ({ recording }, report) => {
      const stores = ofType(recording, ...STORES).map((each) => each.urn);
      const doors = ofType(recording, 'network:PrivateEndpoint')
        .filter((each) => each.dependencies.some((urn) => stores.includes(urn)))
        .map((each) => each.urn);
      const needed = [
        ...ofType(recording, 'network:PrivateDnsZoneGroup').filter((each) =>
          each.dependencies.some((urn) => doors.includes(urn)),
        ),
        ...ofType(recording, 'containerinstance:ContainerGroup'),
        ...ofType(recording, 'authorization:RoleAssignment').filter((each) => each.name.startsWith('nodes-')),
      ];
      for (const set of ofType(recording, 'compute:VirtualMachineScaleSet'))
        for (const { urn, name } of needed)
          if (!set.dependencies.includes(urn)) report(set, `nodes that do not wait for ${name}`, 'supplies before nodes');
      if (ofType(recording, 'containerinstance:ContainerGroup').length === 0)
        report(null, 'nothing that fills the stores', 'the seed job');
    },
  },
  {
    name: 'secrets-stay-secret',
    check: ({ recording, document: { engine } }, report) => {
      const kept = ofType(recording, 'keyvault:Secret');
      const wanted = [...(engine.apiKey === null ? [] : ['api-key']), 'endpoint-certificate'];
      for (const name of wanted)
        if (!kept.some((each) => each.inputs.secretName === name)) report(null, `no ${name}`, 'one in the vault');
      for (const secret of kept)
        if (
          typeof (secret.inputs.properties as Json)?.value !== 'object' &&
          (secret.inputs.properties as Json)?.secret === undefined
        )
          report(secret, 'a value in clear', 'a secret of the configuration');
      for (const registration of recording.registrations)
        walk(registration.inputs, '', (path, key, value) => {
          if (SECRET_INPUT.test(key) && typeof value === 'string')
            report(registration, `${path} in clear`, 'a secret of the configuration');
        });
    },
  },
  {
    name: 'least-privilege',
    check: ({ recording, document: { fleet } }, report) => {
      const group = recording.registrations.find((each) => each.type.endsWith(':ResourceGroup'));
      const clusters = ofType(recording, 'containerservice:ManagedCluster').map((each) => `/${each.name}`);
      for (const role of ofType(recording, 'authorization:RoleAssignment')) {
        const scope = String(role.inputs.scope);
        // A part of a resource, such as one secret of a vault, stands below it.
        const ours = recording.registrations.some(({ name }) => scope.endsWith(`/${name}`) || scope.includes(`/${name}/`));
        const reserved = scope === fleet.reservation?.id;
        if (!ours && !reserved) report(role, scope, `a resource of ${group?.name ?? 'the deployment'}, not more`);
        const people = role.inputs.principalType === 'Group' && clusters.some((each) => scope.endsWith(each));
        if (role.inputs.principalType !== 'ServicePrincipal' && !people)
          report(role, role.inputs.principalType, 'ServicePrincipal; a group of people on the cluster only');
        const broad = BROAD_ROLES.get(String(role.inputs.roleDefinitionId).split('/').at(-1) ?? '');
        // What ends a benchmark deletes the group, which nothing less may.
        const reaps =
          broad === 'Contributor' && ofType(recording, 'logic:Workflow').some((each) => role.dependencies.includes(each.urn));
        // Machines of a reservation are taken with it.
        if (broad !== undefined && !reaps && !reserved) report(role, broad, 'a role for what is done and nothing else');
      }
    },
  },
];

function walk(value: Json, path: string, visit: (path: string, key: string, value: Json) => void): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries<Json>(value)) {
    const place = path === '' ? key : `${path}.${key}`;
    visit(place, key, inner);
    walk(inner, place, visit);
  }
}
