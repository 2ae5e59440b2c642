// Rules about who may reach what on Azure, and how.
import { type AzureRule, bootFilesOf, type Json, list, ofType } from './rule.ts';

const EVERYONE = new Set(['*', 'Internet', '0.0.0.0/0', '::/0']);
const HIGHEST_PRIORITY = 4096;
const HTTPS_PORT = 443;

export const AZURE_NETWORK_RULES: readonly AzureRule[] = [
  {
    name: 'no-public-address',
    check: ({ recording }, report) => {
      const out = ofType(recording, 'network:NatGateway').flatMap((each) =>
        list(each.inputs.publicIpAddresses).map((address) => String(address?.id)),
      );
      for (const address of ofType(recording, 'network:PublicIPAddress'))
        if (!out.some((id) => id.endsWith(`/${address.name}`)))
          report(address, 'a public address', 'none but that of the way out');
      for (const balancer of ofType(recording, 'network:LoadBalancer', 'network:ApplicationGateway'))
        for (const front of list(balancer.inputs.frontendIPConfigurations))
          if (front.publicIPAddress !== undefined) report(balancer, 'a public frontend', 'a private one');
      for (const set of ofType(recording, 'compute:VirtualMachineScaleSet')) {
        const network = (set.inputs.virtualMachineProfile as Json)?.networkProfile ?? {};
        for (const card of list(network.networkInterfaceConfigurations))
          for (const each of list(card.ipConfigurations))
            if (each.publicIPAddressConfiguration !== undefined) report(set, 'public addresses of nodes', 'private ones only');
      }
      for (const subnet of ofType(recording, 'network:Subnet'))
        if (subnet.inputs.defaultOutboundAccess !== false)
          report(subnet, subnet.inputs.defaultOutboundAccess, 'defaultOutboundAccess: false');
    },
  },
  {
    name: 'closed-network',
    tier: 'single-node',
    check: ({ recording, document: { network } }, report) => {
      const callers = new Set<string>([...network.clientCidrs, 'AzureLoadBalancer']);
      const ports = new Set(
        ofType(recording, 'network:LoadBalancer').flatMap((each) =>
          list(each.inputs.loadBalancingRules).map((rule) => String(rule.backendPort)),
        ),
      );
      for (const group of ofType(recording, 'network:NetworkSecurityGroup')) {
        const rules = list(group.inputs.securityRules).filter((rule) => rule.direction === 'Inbound');
        for (const rule of rules.filter((each) => each.access === 'Allow')) {
          for (const from of [...list(rule.sourceAddressPrefix), ...list(rule.sourceAddressPrefixes)]) {
            if (EVERYONE.has(from)) report(group, `${rule.name} from ${from}`, 'the networks of the callers');
            else if (!callers.has(from)) report(group, `${rule.name} from ${from}`, `one of ${[...callers].join(', ')}`);
          }
          const port = String(rule.destinationPortRange);
          if (!ports.has(port)) report(group, `${rule.name} to port ${port}`, `port ${[...ports].join(', ')} only`);
        }
        const last = rules.find((rule) => rule.access === 'Deny' && rule.sourceAddressPrefix === '*');
        if (last === undefined || Number(last.priority) > HIGHEST_PRIORITY)
          report(group, 'no rule that denies the rest', 'a last rule that denies everything else');
      }
      const guarded = ofType(recording, 'network:Subnet').filter((each) => each.inputs.networkSecurityGroup === undefined);
      for (const subnet of guarded) report(subnet, 'no security group', 'one on every subnet');
    },
  },
  {
    name: 'no-way-out',
    tier: 'single-node',
    check: ({ recording }, report) => {
      // The seed job reaches public sources; it runs where nothing else does.
      const subnets = ofType(recording, 'network:Subnet').filter((each) => list(each.inputs.delegations).length === 0);
      for (const subnet of subnets) {
        const guard = String((subnet.inputs.networkSecurityGroup as Json)?.id ?? '');
        const group = ofType(recording, 'network:NetworkSecurityGroup').find((each) => guard.endsWith(`/${each.name}`));
        const rules = list(group?.inputs.securityRules).filter((rule) => rule.direction === 'Outbound');
        if (!rules.some((rule) => rule.access === 'Deny' && rule.destinationAddressPrefix === 'Internet'))
          report(group ?? subnet, 'a way to the internet', 'a rule that denies it');
        for (const rule of rules.filter((each) => each.access === 'Allow'))
          report(group ?? subnet, `${rule.name} to ${rule.destinationAddressPrefix}`, 'nothing: all it needs has a private door');
        if (subnet.inputs.natGateway !== undefined) report(subnet, 'a NAT gateway', 'none: only the seed job has one');
      }
    },
  },
  {
    name: 'tls',
    tier: 'single-node',
    check: ({ recording, document: { engine } }, report) => {
      for (const balancer of ofType(recording, 'network:LoadBalancer')) {
        for (const rule of list(balancer.inputs.loadBalancingRules))
          if (rule.frontendPort !== HTTPS_PORT) report(balancer, `port ${rule.frontendPort}`, `port ${HTTPS_PORT}`);
        for (const probe of list(balancer.inputs.probes))
          if (probe.protocol !== 'Https') report(balancer, `a probe by ${probe.protocol}`, 'Https, through the proxy');
      }
      for (const set of ofType(recording, 'compute:VirtualMachineScaleSet')) {
        const files = bootFilesOf(set);
        const proxy = files.get('/etc/seekstack/nginx.conf') ?? '';
        const [, spoken = 'none'] = /ssl_protocols ([^;]*);/.exec(proxy) ?? [];
        if (!/listen \d+ ssl;/.test(proxy) || spoken !== 'TLSv1.2 TLSv1.3')
          report(set, `a proxy that speaks ${spoken}`, 'TLSv1.2 TLSv1.3');
        const unit = files.get('/etc/systemd/system/seekstack-engine.service') ?? '';
        if (!unit.includes(`"127.0.0.1:${engine.port}:${engine.port}"`))
          report(set, 'an engine that others than its proxy reach', `"--publish" "127.0.0.1:${engine.port}:${engine.port}"`);
      }
    },
  },
];
