// What the user decides at deploy time for a cluster, beside the settings of every stack.
// In: the Pulumi configuration. Out: typed settings, or an error that names the command to run.
import * as pulumi from '@pulumi/pulumi';

export interface ClusterSettings {
  /** Object id of the Entra group whose members run the cluster. */
  administratorGroup: string;
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @throws RunError for a missing or malformed value, with the command that sets it */
export function readClusterSettings(): ClusterSettings {
  const config = new pulumi.Config();
  const administratorGroup = config.get('administratorGroup');
  if (administratorGroup === undefined || !guid.test(administratorGroup))
    throw new pulumi.RunError(
      `the configuration value administratorGroup is ${administratorGroup === undefined ? 'missing' : 'malformed'}\n` +
        `  got: ${administratorGroup ?? 'nothing'}   expected: the object id of an Entra group; nobody else gets into the cluster\n` +
        '  fix: pulumi config set administratorGroup "$(az ad group show --group NAME --query id --output tsv)"',
    );
  return { administratorGroup };
}
