// The deployment's own copies of its images.
// In: the document, the registry's address. Out: a reference for each container.
import type * as pulumi from '@pulumi/pulumi';
import { type Deployment, imageReference } from '../../../src/documents/deployment.ts';
import type { ImageRole } from './supplies.ts';

type Image = Deployment['engine']['image'];

/** An image under its own path without the registry it came from, which is where an import puts it. */
export function copyOf(image: Image): string {
  const [host = '', ...path] = image.repository.split('/');
  const repository = /[.:]/.test(host) && path.length > 0 ? path.join('/') : image.repository;
  return imageReference({ ...image, repository });
}

/** @returns empty text where the document has no such container */
export function listImages(
  { engine, companions }: Deployment,
  loginServer: pulumi.Output<string>,
): Readonly<Record<ImageRole, pulumi.Output<string>>> {
  const copy = (image: Image | null) => loginServer.apply((server) => (image === null ? '' : `${server}/${copyOf(image)}`));
  return {
    engine: copy(engine.image),
    client: copy(companions.objectStoreClient),
    counters: copy(companions.acceleratorMetrics),
    gateway: copy(companions.tlsGateway),
  };
}
