// Benchmarks that outlived their hours: told by the tags that every emitted benchmark carries, whoever's laptop made it.
// In: what the clouds' own tools list, an instant. Out: deployments by name and place, each with its age and whether it is over.
import { z } from 'zod';
import { SECONDS_PER_HOUR } from '../units.ts';

export interface StandingBenchmark {
  readonly provider: 'aws' | 'azure';
  readonly name: string;
  /** Region on AWS, resource group on Azure. */
  readonly place: string;
  readonly ageHours: number;
  readonly timeToLiveHours: number;
  readonly over: boolean;
  /** What is deleted, in this order: on AWS the nodes' stack first, what ends it by itself last. */
  readonly parts: readonly string[];
}

const stacksSchema = z.object({
  Stacks: z.array(
    z.object({
      StackName: z.string(),
      CreationTime: z.string(),
      StackStatus: z.string(),
      Tags: z.array(z.object({ Key: z.string(), Value: z.string() })).default([]),
    }),
  ),
});

/**
 * Benchmarks among the stacks of a region.
 * @param answer - of `aws cloudformation describe-stacks --output json`
 */
export function benchmarksAmongStacks(answer: unknown, region: string, epochSeconds: number): readonly StandingBenchmark[] {
  const groups = new Map<string, { name: string; created: number; hours: number }[]>();
  for (const { StackName, CreationTime, StackStatus, Tags } of stacksSchema.parse(answer).Stacks) {
    const tag = (key: string) => Tags.find((each) => each.Key === key)?.Value;
    const deployment = tag('seekstack:deployment');
    const hours = Number(tag('time-to-live-hours'));
    if (deployment === undefined || tag('purpose') !== 'benchmark' || !(hours > 0) || StackStatus === 'DELETE_COMPLETE') continue;
    const parts = groups.get(deployment) ?? [];
    groups.set(deployment, [...parts, { name: StackName, created: Date.parse(CreationTime) / 1000, hours }]);
  }
  return [...groups].map(([name, stacks]) => {
    // Hours count from the nodes, as the reaper counts them; without nodes, from the oldest part.
    const nodes = stacks.find((stack) => stack.name === name);
    const created = nodes?.created ?? Math.min(...stacks.map((stack) => stack.created));
    const timeToLiveHours = stacks[0]?.hours ?? 0;
    const order = [name, `${name}-supplies`, `${name}-budget`, `${name}-reaper`];
    const parts = stacks.map((stack) => stack.name).toSorted((one, other) => order.indexOf(one) - order.indexOf(other));
    return standing('aws', name, region, (epochSeconds - created) / SECONDS_PER_HOUR, timeToLiveHours, parts);
  });
}

const resourcesSchema = z.array(
  z.object({
    resourceGroup: z.string(),
    createdTime: z.string().nullish(),
    tags: z.record(z.string(), z.string()).nullish(),
  }),
);

/**
 * Benchmarks among the resources of a subscription: each has a resource group of its own.
 * @param answer - of `az resource list --tag purpose=benchmark --output json`
 */
export function benchmarksAmongResources(answer: unknown, epochSeconds: number): readonly StandingBenchmark[] {
  const groups = new Map<string, { name: string; created: number; hours: number }>();
  for (const { resourceGroup, createdTime, tags } of resourcesSchema.parse(answer)) {
    const name = tags?.['seekstack-deployment'];
    const hours = Number(tags?.['time-to-live-hours']);
    if (name === undefined || tags?.purpose !== 'benchmark' || !(hours > 0) || createdTime == null) continue;
    const created = Math.min(Date.parse(createdTime) / 1000, groups.get(resourceGroup)?.created ?? Number.POSITIVE_INFINITY);
    groups.set(resourceGroup, { name, created, hours });
  }
  return [...groups].map(([group, { name, created, hours }]) =>
    standing('azure', name, group, (epochSeconds - created) / SECONDS_PER_HOUR, hours, [group]),
  );
}

function standing(
  provider: 'aws' | 'azure',
  name: string,
  place: string,
  ageHours: number,
  timeToLiveHours: number,
  parts: readonly string[],
): StandingBenchmark {
  return { provider, name, place, ageHours, timeToLiveHours, over: ageHours >= timeToLiveHours, parts };
}
