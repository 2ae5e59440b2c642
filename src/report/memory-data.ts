// The memory map of one accelerator (of one node where none serves): weights, reserve, KV cache, and what the engine leaves free.
// In: options. Out: a strip an option, bytes.
import type { PlanOption } from '../documents/plan.ts';
import { nameMachine } from '../render/plan-rows.ts';

export interface MemoryStrip {
  readonly optionId: string;
  readonly provider: PlanOption['provider'];
  readonly label: string;
  /** The accelerator, or the processor of a node. */
  readonly device: string;
  readonly weightBytes: number;
  readonly reserveBytes: number;
  readonly cacheBytes: number;
  readonly freeBytes: number;
  readonly capacityBytes: number;
  /** Tables in the host's memory. */
  readonly hostTableBytes: number;
}

export interface MemoryData {
  readonly strips: readonly MemoryStrip[];
}

const STRIPS = 3;

/** @returns null where nothing is compared */
export function memoryData(compared: readonly PlanOption[]): MemoryData | null {
  const seen = new Set<string>();
  const strips = compared.filter(({ machine, checkpoint }) => {
    const key = `${machine.accelerator ?? machine.processor} ${checkpoint.id}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  if (strips.length === 0) return null;
  return {
    strips: strips.slice(0, STRIPS).map(({ id, provider, machine, checkpoint, memory, ...option }) => ({
      optionId: id,
      provider,
      label: `${nameMachine({ id, provider, machine, checkpoint, memory, ...option })}, ${checkpoint.id}`,
      device: machine.accelerator ?? machine.processor ?? '',
      weightBytes: memory.weightBytes,
      reserveBytes: memory.reserveBytes,
      cacheBytes: memory.cacheBytes,
      freeBytes: memory.capacityBytes - memory.weightBytes - memory.reserveBytes - memory.cacheBytes,
      capacityBytes: memory.capacityBytes,
      hostTableBytes: memory.hostTableBytes,
    })),
  };
}
