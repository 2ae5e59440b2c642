// Quota: what must be asked of a cloud before a fleet can start, as text to paste.

export interface QuotaRequest {
  /** As the cloud spells it. */
  readonly name: string;
  readonly vcpus: number;
  readonly region: string;
  /** A command of the cloud's own command line. */
  readonly command: string;
}

/** Azure counts spot capacity of all sizes together. */
const SPOT_CORES = 'lowPriorityCores';

/** Clouds count virtual processors, not machines. Null where the catalogue has no name or no count for the machine. */
export function requestQuota(
  provider: 'aws' | 'azure',
  name: string | null,
  region: string,
  vcpusPerNode: number | null,
  nodes: number,
): QuotaRequest | null {
  if (name === null || vcpusPerNode === null) return null;
  const vcpus = vcpusPerNode * nodes;
  if (provider === 'azure')
    return {
      name,
      vcpus,
      region,
      command: `az quota update --resource-name "${name}" --scope "/subscriptions/SUBSCRIPTION/providers/Microsoft.Compute/locations/${region}" --limit-object value=${vcpus} --resource-type ${name === SPOT_CORES ? 'lowPriority' : 'dedicated'}`,
    };
  const code = /\((L-[0-9A-F]{8})\)/.exec(name)?.[1];
  if (code === undefined) return null;
  return {
    name,
    vcpus,
    region,
    command: `aws service-quotas request-service-quota-increase --service-code ec2 --quota-code ${code} --desired-value ${vcpus} --region ${region}`,
  };
}
