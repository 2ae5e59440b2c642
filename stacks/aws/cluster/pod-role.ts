// A role for pods of one service account of this cluster, and of nothing else.
// In: who the pods are. Out: a role that EKS hands to them through Pod Identity.
import { Aws, type Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';

export interface PodIdentity {
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** Adds the role. The tags in its trust are set by EKS from the pod's own token, so pods cannot choose them. */
export function addPodRole(stack: Stack, id: string, identity: PodIdentity, description: string): Role {
  return new Role(stack, id, {
    description,
    assumedBy: new ServicePrincipal('pods.eks.amazonaws.com')
      .withConditions({
        StringEquals: {
          'aws:SourceAccount': Aws.ACCOUNT_ID,
          'aws:RequestTag/eks-cluster-name': identity.clusterName,
          'aws:RequestTag/kubernetes-namespace': identity.namespace,
          'aws:RequestTag/kubernetes-service-account': identity.serviceAccount,
        },
      })
      .withSessionTags(),
  });
}
