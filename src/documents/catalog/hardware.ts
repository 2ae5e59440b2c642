// Hardware: accelerators and processors, cloud instances, servers to buy.
import { z } from 'zod';
import { fact, identifier, sourcesSchema } from '../fact.ts';

export const acceleratorSchema = z.strictObject({
  id: identifier,
  name: z.string(),
  vendor: z.enum(['nvidia', 'amd']),
  /** Generation that engines and kernels are written for: ampere, ada, hopper, blackwell, blackwell-ultra, blackwell-rtx, cdna3, cdna4. */
  architecture: identifier,
  formFactor: z.enum(['sxm', 'oam', 'pcie', 'superchip']),
  /** Whether the card can be swapped for another without replacing the server. */
  swappable: z.boolean(),
  memory: fact('bytes'),
  memoryBandwidth: fact('bytesPerSecond'),
  /** Dense peak rates, sparsity excluded; a dtype without a rate is not computed natively. */
  rates: z.strictObject({
    bf16: fact('flopPerSecond'),
    fp8: fact('flopPerSecond').optional(),
    int8: fact('flopPerSecond').optional(),
    fp4: fact('flopPerSecond').optional(),
  }),
  /** Link to the other accelerators of the node: bytes a second one accelerator sends, one direction. */
  link: z.strictObject({ kind: z.enum(['nvlink', 'infinity-fabric', 'pcie', 'none']), bandwidth: fact('bytesPerSecond') }),
  boardPower: fact('watts'),
  idlePower: fact('watts').optional(),
});

export const processorSchema = z.strictObject({
  id: identifier,
  name: z.string(),
  cores: fact('count'),
  /** Peak of one socket with all channels filled. */
  memoryBandwidth: fact('bytesPerSecond'),
  /** Whether the matrix extension AMX is there. */
  amx: z.boolean(),
});

/** The network between nodes, where replicas can span it. */
const fabricSchema = z.strictObject({
  kind: z.enum(['efa', 'infiniband', 'nvlink', 'ethernet', 'none']),
  /** Of one node, one direction. */
  bandwidth: fact('bytesPerSecond').optional(),
  interfaces: z.int().min(0).optional(),
  /** Network cards of one node; one more than fabric interfaces where the first card carries none. */
  networkCards: z.int().min(1).optional(),
  /** Where the number of cards is from. */
  cardsSource: z.string().optional(),
});

const acceleratorSlots = z.strictObject({ id: identifier, count: z.int().min(1) }).nullable();
const processorSlots = z.strictObject({ id: identifier, sockets: z.int().min(1) }).nullable();

export const instanceSchema = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9._-]+$/),
  provider: z.enum(['aws', 'azure']),
  accelerator: acceleratorSlots,
  /** Known only where the host's own speed decides: CPU-only and hybrid serving. */
  processor: processorSlots,
  cpuArchitecture: z.enum(['x86_64', 'arm64']),
  vcpus: z.int().min(1),
  memory: fact('bytes'),
  localDisk: fact('bytes'),
  fabric: fabricSchema,
  /** Name of the quota that counts this type, and the vCPUs it takes from it. */
  quota: z.string().optional(),
  /** The same for spot capacity. */
  spotQuota: z.string().optional(),
  source: z.string(),
  notes: z.string().optional(),
});

export const serverSchema = z.strictObject({
  id: identifier,
  name: z.string(),
  accelerator: acceleratorSlots,
  processor: processorSlots,
  memory: fact('bytes').optional(),
  localDisk: fact('bytes').optional(),
  fabric: fabricSchema,
  /** Purchase price of one server; absent where none was found. */
  price: fact('usd').optional(),
  priceBasis: z.enum(['street', 'vendor-list', 'vendor-sale', 'estimate', 'derived']).optional(),
  /** Nameplate, at the wall. */
  maximumPower: fact('watts').optional(),
  cooling: z.enum(['air', 'liquid']),
  /** Countries it can be bought in; all where absent. */
  soldIn: z
    .array(z.string().regex(/^[A-Z]{2}$/))
    .min(1)
    .optional(),
  source: z.string(),
  notes: z.string().optional(),
});

/** Parts bought beside servers: memory, fabric, racks, support. */
export const componentSchema = z.strictObject({
  id: identifier,
  name: z.string(),
  /** The accelerator it is a card of, where it can be bought by the piece. */
  accelerator: identifier.optional(),
  per: z.enum(['piece', 'GB', 'accelerator', 'node', 'rack', 'capex-year', 'capex', 'accelerator-year']),
  usd: fact('usd').optional(),
  share: fact('ratio').optional(),
});

export const hardwareFileSchema = z.strictObject({
  schema: z.literal('seekstack/hardware@1'),
  sources: sourcesSchema,
  accelerators: z.array(acceleratorSchema).default([]),
  processors: z.array(processorSchema).default([]),
  instances: z.array(instanceSchema).default([]),
  servers: z.array(serverSchema).default([]),
  components: z.array(componentSchema).default([]),
});

export type Accelerator = z.infer<typeof acceleratorSchema>;
export type Processor = z.infer<typeof processorSchema>;
export type Instance = z.infer<typeof instanceSchema>;
export type Server = z.infer<typeof serverSchema>;
export type Component = z.infer<typeof componentSchema>;
export type Fabric = z.infer<typeof fabricSchema>;
