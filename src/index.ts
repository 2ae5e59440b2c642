// Public interface: re-exports only.
export type { Deployment } from './documents/deployment.ts';
export { deploymentSchema } from './documents/deployment.ts';
export type { Plan, PlanOption } from './documents/plan.ts';
export { planSchema } from './documents/plan.ts';
export type { Tco } from './documents/tco.ts';
export { tcoSchema } from './documents/tco.ts';
export type { Workload } from './documents/workload.ts';
export { workloadSchema } from './documents/workload.ts';
export { EXIT, SeekstackError } from './errors.ts';
export { loadCatalog } from './files/compiled-catalog.ts';
export { planWorkload } from './plan/plan-workload.ts';
