// Pulumi starts a program below its own Pulumi.yaml; the compiled one is beside its sibling's.
export * from '../dist/stacks/azure/in-cluster/main.js';
