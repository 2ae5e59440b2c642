// Names that exist only once the supplies do, and how a node learns them.
// In: bucket, repository and secret. Out: an environment file, read by units and programs alike.

/** Values of one deployment's supplies; CloudFormation fills them in. */
export interface NodeResources {
  readonly bucketName: string;
  readonly repositoryUri: string;
  readonly secretArn: string;
}

export const RESOURCES_PATH = '/etc/seekstack/resources.env';

/** Stand-ins as long as the longest real values, for measuring boot data before there is a stack. */
export const LONGEST_RESOURCES: NodeResources = {
  bucketName: 'b'.repeat(63),
  repositoryUri: 'r'.repeat(100),
  secretArn: 's'.repeat(140),
};

/** None of the values can hold a space, a quote or a line break: AWS makes them of letters, digits and a few signs. */
export function renderResources({ bucketName, repositoryUri, secretArn }: NodeResources, region: string): string {
  return `BUCKET=${bucketName}\nREPOSITORY=${repositoryUri}\nSECRET_ARN=${secretArn}\nAWS_REGION=${region}\nAWS_DEFAULT_REGION=${region}\n`;
}
