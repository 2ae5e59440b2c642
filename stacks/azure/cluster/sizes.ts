// Figures that the program builds, and that documents are checked against before it does.

/** What the bill counts as nodes of the cluster itself. */
export const systemNodes = { count: 2, vmSize: 'Standard_D4s_v5', diskGibibytes: 128 } as const;
/**
 * Addresses of pods and services, which exist within the cluster only. They are of the range that carriers share among
 * themselves, so that no network of a caller's is hidden behind them.
 */
export const clusterAddresses = { pods: '100.64.0.0/16', services: '100.65.0.0/20', names: '100.65.0.10' } as const;
/** Names of node pools on Linux. */
export const poolNameCharactersMost = 12;
export const httpsPort = 443;
/** A node pool holds so many nodes at most. @source https://learn.microsoft.com/azure/aks/quotas-skus-regions */
export const poolNodesMost = 1000;
