// Names of findings about a value that is only known at deployment.
// In: an ARN with references in it. Out: the same text as the rules pack writes it, so that an acknowledgement can repeat it.
import type { Stack } from 'aws-cdk-lib';

/** An identifier of AwsSolutions-IAM5 for one resource of a policy. */
export function wildcardFinding(stack: Stack, resource: string): string {
  return `AwsSolutions-IAM5[Resource::${flatten(stack.resolve(resource))}]`;
}

/** An identifier of AwsSolutions-IAM4 for one managed policy. */
export function managedPolicyFinding(stack: Stack, policyArn: string): string {
  return `AwsSolutions-IAM4[Policy::${flatten(stack.resolve(policyArn))}]`;
}

/** References stand in angle brackets, imported values under the name of their export. */
function flatten(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[kind, content] = ['', '']] = Object.entries(value);
  if (kind === 'Fn::Join' && Array.isArray(content)) return (content[1] as unknown[]).map(flatten).join(String(content[0]));
  if (kind === 'Fn::GetAtt' && Array.isArray(content)) return `<${content.map(flatten).join('.')}>`;
  if (kind === 'Fn::ImportValue') return flatten(content);
  if (kind === 'Ref') return `<${flatten(content)}>`;
  return JSON.stringify(value);
}
