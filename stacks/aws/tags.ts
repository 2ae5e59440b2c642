// The tags that tie resources, and the bill, to a plan.
// In: the document's tags, name and digest. Out: tags on every resource of a stack that can carry one.
import { CfnResource, type Stack, TagManager, Tags } from 'aws-cdk-lib';

import type { Deployment } from '../../src/documents/deployment.ts';

/** Names the deployment; the budget filters by it. */
export const DEPLOYMENT_TAG = 'seekstack:deployment';
/** Digest of the plan behind the deployment, hexadecimal. */
export const PLAN_TAG = 'seekstack:plan';

/** CDK builds its helper for the default security group from raw resources, which its own tagging passes by. */
const RAW_TYPES_WITH_TAGS: ReadonlySet<string> = new Set(['AWS::IAM::Role', 'AWS::Lambda::Function']);

/**
 * Tags everything in a finished stack; volumes and instances get theirs through launch template and group.
 */
export function addDeploymentTags(stack: Stack, document: Deployment): void {
  const tags = { ...document.tags, [DEPLOYMENT_TAG]: document.name, [PLAN_TAG]: document.planDigest };
  for (const [key, value] of Object.entries(tags)) {
    Tags.of(stack).add(key, value);
    // Tags of resources are none of the stack's own, by which whoever cleans up finds it.
    stack.addStackTag(key, value);
  }
  const list = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  for (const construct of stack.node.findAll())
    if (
      CfnResource.isCfnResource(construct) &&
      !TagManager.isTaggable(construct) &&
      RAW_TYPES_WITH_TAGS.has(construct.cfnResourceType)
    )
      construct.addPropertyOverride('Tags', list);
}
