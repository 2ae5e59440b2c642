// Sites: regions and countries, electricity, carbon, currencies, and what running one's own hall takes.
import { z } from 'zod';
import { fact, identifier, isoDate, sourcesSchema } from '../fact.ts';
import { trainingFactsSchema } from './training.ts';

const country = z.string().regex(/^[A-Z]{2}$/, 'a two-letter ISO 3166 code');

export const regionSchema = z.strictObject({
  provider: z.enum(['aws', 'azure']),
  id: z.string(),
  name: z.string(),
  country,
  /** Zones a stack may spread over: full names on AWS, numbers on Azure; empty where the region has none. */
  zones: z.array(z.string()),
  source: z.string(),
});

/** A group of countries a residency rule may name, such as EU or EEA. */
export const geographySchema = z.strictObject({
  id: z.string().regex(/^[A-Z]{2,8}$/),
  countries: z.array(country).min(1),
  source: z.string(),
});

export const tariffSchema = z.strictObject({
  id: identifier,
  area: z.string(),
  country,
  usdPerKilowattHour: z.number().positive(),
  /** As the source prints it, when that is not USD. */
  stated: z.string().optional(),
  period: isoDate,
  /** Yearly consumption the price is for, megawatt-hours; absent where the source does not say. */
  minimumMegawattHoursPerYear: z.number().min(0).optional(),
  maximumMegawattHoursPerYear: z.number().min(0).optional(),
  /** Who pays this price, in the source's words. */
  customer: z.string(),
  /** `all-in` prices can stand for a bill; `energy-only` ones lack grid and levies; `household` is not for halls. */
  kind: z.enum(['all-in', 'energy-only', 'household']),
  taxes: z.string(),
  source: z.string(),
});

export const gridCarbonSchema = z.strictObject({
  zone: z.string(),
  country,
  gramsCo2ePerKilowattHour: z.number().min(0),
  year: z.int().min(2000).max(2100),
  /** Consumption and production mixes differ two- to threefold on importing grids. */
  method: z.enum(['lifecycle-consumption', 'lifecycle-production']),
  source: z.string(),
});

export const currencySchema = z.strictObject({
  id: z.string().regex(/^[A-Z]{3}$/),
  usdPerUnit: z.number().positive(),
  source: z.string(),
});

/** Facility and finance assumptions, each a fact with low, typical and high where known. */
export const facilitySchema = z.strictObject({
  /** Facility energy over IT energy, when the workload does not say. */
  pue: fact('ratio'),
  /** The same in the halls of the large clouds; only energy and carbon of cloud options use it. */
  cloudPue: fact('ratio').optional(),
  rackLimit: fact('watts'),
  /** Share of nameplate that a server draws at the wall while serving at its planned peak. */
  servingPowerShare: fact('ratio'),
  /** Share of nameplate that it draws while idle. */
  idlePowerShare: fact('ratio'),
  /** Host power of an 8-accelerator node without its boards. */
  hostPower: fact('watts'),
  spacePerKilowattMonth: fact('usdPerKilowattMonth'),
  staffPerNode: fact('fullTimeEquivalents'),
  /** Staff needed for any further node of a fleet. */
  staffPerFurtherNode: fact('fullTimeEquivalents'),
  staffCost: fact('usdPerYear'),
  depreciation: fact('years'),
  supportPerYear: fact('ratioPerYear'),
  sparesShare: fact('ratio'),
  /** Fabric as a share of capex, charged only where replicas span nodes. */
  fabricShare: fact('ratio'),
  nodeStorage: fact('usd'),
  nodeNetwork: fact('usd'),
  rackAndPower: fact('usd'),
});

/** What money and time do to a comparison of owning with renting. */
export const financeSchema = z.strictObject({
  /** Return that the money would have to earn elsewhere; the discount rate. */
  costOfCapital: fact('ratioPerYear'),
  /** Share of the new price that hardware fetches at an age, in ascending order of age. */
  residual: z.array(z.strictObject({ age: fact('years'), share: fact('ratio') })).min(1),
  /** Undiscounted list price over street price. */
  listOverStreet: fact('ratio'),
  /** How much cheaper capacity paid by the hour becomes in a year, and new servers of the same kind. */
  cloudPriceDecline: fact('ratioPerYear'),
  hardwarePriceDecline: fact('ratioPerYear'),
  /** What a kilowatt-hour may cost over the term, as a multiple of a dated tariff. */
  electricityRange: fact('ratio'),
});

/** How load lies over the hours of a working day and a weekend. */
export const loadShapeSchema = z.strictObject({
  id: identifier,
  description: z.string(),
  /** Local hours 0–23 of a working day, relative to the busiest. */
  hours: z
    .array(z.number().min(0).max(1))
    .length(24)
    .refine((hours) => Math.max(...hours) === 1, 'the busiest hour must be 1'),
  /** Busiest hour of a weekend over that of a working day. */
  weekendRatio: fact('ratio'),
  source: z.string(),
});

/** How often things stop, how soon they are back, and how fast a replica starts. */
export const operationsSchema = z.strictObject({
  /** Failures that stop a node, per accelerator in it. */
  acceleratorTimeBetweenFailures: fact('seconds'),
  /** Failures of a node without accelerators, or of what is not accelerator in it. */
  hostTimeBetweenFailures: fact('seconds'),
  /** Until a failed cloud node is replaced, cold start apart. */
  replaceCloud: fact('seconds'),
  /** Until a failed owned node is back. */
  repairOnPremises: fact('seconds'),
  /** Between interruptions of one spot node, and until spot capacity is had again. */
  spotTimeBetweenInterruptions: fact('seconds'),
  spotTimeToRegain: fact('seconds'),
  /** From asking for a machine to its container runtime being ready. */
  provisionCloud: fact('seconds'),
  /** Weights from an object store to one node, in parallel streams. */
  objectStoreRead: fact('bytesPerSecond'),
  /** Weights from local NVMe into accelerators. */
  localDiskRead: fact('bytesPerSecond'),
  /** Weights from a network disk at the throughput the stacks provision. */
  networkDiskRead: fact('bytesPerSecond'),
  /** Graph capture, compilation and warm-up once weights are loaded. */
  engineWarmUp: fact('seconds'),
  /** Until requests in flight have finished on an upgrade. */
  drain: fact('seconds'),
  /** On the wire: a token of a streamed answer, a token of a prompt; and kept in logs of one request. */
  streamedToken: fact('bytes'),
  promptToken: fact('bytes'),
  requestLog: fact('bytes'),
  /** Container image that a new node pulls. */
  image: fact('bytes'),
});

/** What a use preset stands for, per request and per person. */
export const presetSchema = z.strictObject({
  id: z.enum(['chat', 'rag', 'code', 'agent', 'reasoning', 'batch']),
  description: z.string(),
  promptP50: fact('tokens'),
  promptP95: fact('tokens'),
  outputP50: fact('tokens'),
  outputP95: fact('tokens'),
  thinkingP50: fact('tokens'),
  thinkingP95: fact('tokens'),
  cacheHit: fact('ratio'),
  requestsPerActiveUser: fact('requestsPerHour'),
  /** Mean load over peak load, through the week. */
  meanToPeak: fact('ratio'),
  /** Id of a load shape. */
  shape: identifier,
  /** Shape of gamma-distributed gaps between arrivals: 1 is Poisson, below 1 is burstier. */
  burstiness: fact('ratio'),
});

export const sitesFileSchema = z.strictObject({
  schema: z.literal('seekstack/sites@1'),
  sources: sourcesSchema,
  regions: z.array(regionSchema).default([]),
  geographies: z.array(geographySchema).default([]),
  tariffs: z.array(tariffSchema).default([]),
  gridCarbon: z.array(gridCarbonSchema).default([]),
  currencies: z.array(currencySchema).default([]),
  facility: facilitySchema.optional(),
  finance: financeSchema.optional(),
  training: trainingFactsSchema.optional(),
  operations: operationsSchema.optional(),
  shapes: z.array(loadShapeSchema).default([]),
  presets: z.array(presetSchema).default([]),
});

export type Region = z.infer<typeof regionSchema>;
export type Geography = z.infer<typeof geographySchema>;
export type Tariff = z.infer<typeof tariffSchema>;
export type GridCarbon = z.infer<typeof gridCarbonSchema>;
export type Currency = z.infer<typeof currencySchema>;
export type Facility = z.infer<typeof facilitySchema>;
export type Finance = z.infer<typeof financeSchema>;
export type LoadShape = z.infer<typeof loadShapeSchema>;
export type Operations = z.infer<typeof operationsSchema>;
export type Preset = z.infer<typeof presetSchema>;
