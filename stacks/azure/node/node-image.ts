// Which marketplace image a node boots, pinned to one version so that two nodes of a fleet never differ.
// In: the machine of the deployment document. Out: an image reference.
// Versions are withdrawn from the marketplace in time: `az vm image list --all --publisher P --offer O --sku S` lists
// what is there; change the version here, in one place.
import type { Deployment } from '../../../src/documents/deployment.ts';

export interface NodeImage {
  publisher: string;
  offer: string;
  sku: string;
  version: string;
  /** Smallest root disk that holds the image and one engine container, bytes. */
  minimumRootBytes: number;
}

/**
 * Ubuntu 24.04 for A100 and newer: driver 580.173.02, fabric manager, CUDA 13.0, moby 29.6.2, container toolkit, Python,
 * mdadm and xfsprogs. The image fills about 57 GB of its root disk before any container is pulled. A machine without
 * accelerators boots it too: nodes have no way to a mirror, so what runs containers must be on the image already.
 * @source https://github.com/Azure/azhpc-images (README: image names; releases: version 24.04.2026072901)
 */
const nvidiaImage: NodeImage = {
  publisher: 'microsoft-dsvm',
  offer: 'ubuntu-hpc',
  sku: '2404',
  version: '24.04.2026072901',
  minimumRootBytes: 100e9,
};

/**
 * Ubuntu 24.04 with the ROCm 6.4 driver stack, for MI300X.
 * @source https://github.com/Azure/azhpc-images (README: image names; releases: version 24.04.2026072801)
 */
const amdImage: NodeImage = { ...nvidiaImage, sku: '2404-rocm', version: '24.04.2026072801' };

/**
 * The marketplace image for the document's machine.
 * @returns undefined on arm64 (GB200, GB300): no such image was found in a public source, so the deployer names one
 */
export function chooseNodeImage(machine: Deployment['machine']): NodeImage | undefined {
  if (machine.cpuArchitecture === 'arm64') return undefined;
  return machine.accelerator?.vendor === 'amd' ? amdImage : nvidiaImage;
}
