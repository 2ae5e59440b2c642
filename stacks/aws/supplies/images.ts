// The images of a deployment, and the names they have in its own repository.
// In: a deployment document. Out: public reference and private reference of each image.
import { type Deployment, imageReference } from '../../../src/documents/deployment.ts';

export interface SuppliedImage {
  readonly role: 'engine' | 'accelerator-metrics' | 'object-store-client';
  /** Where the seed job copies it from. */
  readonly source: string;
  /** Tag in the deployment's repository; tags there cannot be moved. */
  readonly tag: string;
  /** What follows the repository when a node pulls it: by digest where one is known. */
  readonly suffix: string;
}

/** Every image of the deployment's own; machines of the single-node tier carry the client already. */
export function suppliedImages({ engine, companions, tier }: Deployment): SuppliedImage[] {
  const images: SuppliedImage[] = [supplied('engine', engine.image)];
  if (companions.acceleratorMetrics !== null) images.push(supplied('accelerator-metrics', companions.acceleratorMetrics));
  if (tier === 'kubernetes' && companions.objectStoreClient !== null)
    images.push(supplied('object-store-client', companions.objectStoreClient));
  return images;
}

function supplied(role: SuppliedImage['role'], image: Deployment['engine']['image']): SuppliedImage {
  const tag = `${role}-${image.digest === null ? image.tag : image.digest.slice('sha256:'.length, 'sha256:'.length + 16)}`.slice(
    0,
    128,
  );
  return { role, source: imageReference(image), tag, suffix: image.digest === null ? `:${tag}` : `@${image.digest}` };
}
