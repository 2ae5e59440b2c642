// Which marketplace image a node boots, pinned to one version so that two nodes of a fleet never differ.
// In: the machine of the deployment document. Out: an image reference and what the image still lacks.
// Versions are withdrawn from the marketplace in time: `az vm image list --all --publisher P --offer O --sku S` lists
// what is there; change the version here, in one place.
import type { Deployment } from '../../src/documents/deployment.ts';

export interface NodeImage {
  publisher: string;
  offer: string;
  sku: string;
  version: string;
  /** Ubuntu packages the cache script and the container need that the image does not carry. */
  missingPackages: string[];
  /** Smallest root disk that holds the image and one engine container, bytes. */
  minimumRootBytes: number;
}

/**
 * Ubuntu 24.04 for A100 and newer: driver 580.173.02, fabric manager, CUDA 13.0, moby 29.6.2, container toolkit.
 * The image fills about 57 GB of its root disk before any container is pulled.
 * @source https://github.com/Azure/azhpc-images (README: image names; releases: version 24.04.2026072901)
 */
const nvidiaImage: NodeImage = {
  publisher: 'microsoft-dsvm',
  offer: 'ubuntu-hpc',
  sku: '2404',
  version: '24.04.2026072901',
  missingPackages: [],
  minimumRootBytes: 100e9,
};

/**
 * Ubuntu 24.04 with the ROCm 6.4 driver stack, for MI300X.
 * @source https://github.com/Azure/azhpc-images (README: image names; releases: version 24.04.2026072801)
 */
const amdImage: NodeImage = { ...nvidiaImage, sku: '2404-rocm', version: '24.04.2026072801' };

/** Plain Ubuntu 24.04 by its maker, generation 2; a 30 GiB image. */
const plainImage: NodeImage = {
  publisher: 'Canonical',
  offer: 'ubuntu-24_04-lts',
  sku: 'server',
  version: '24.04.202609040',
  missingPackages: ['docker.io', 'mdadm', 'xfsprogs'],
  minimumRootBytes: 50e9,
};
const plainArmImage: NodeImage = { ...plainImage, sku: 'server-arm64' };

/**
 * The image for the document's machine.
 * @returns undefined for accelerators on arm64: the marketplace has no such image with drivers
 */
export function chooseNodeImage(machine: Deployment['machine']): NodeImage | undefined {
  const isArm = machine.cpuArchitecture === 'arm64';
  if (machine.accelerator === null) return isArm ? plainArmImage : plainImage;
  if (isArm) return undefined;
  return machine.accelerator.vendor === 'nvidia' ? nvidiaImage : amdImage;
}
