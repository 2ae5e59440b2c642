// Step times on a host: CPU-only serving, and hybrid serving with routed experts in host memory.
// In: model, weights, processors, efficiency. Out: the same step times as for accelerators.
import type { HostEfficiency } from '../documents/catalog/calibration.ts';
import type { Accelerator, Processor } from '../documents/catalog/hardware.ts';
import type { KvFormat, ModelArchitecture } from '../documents/catalog/models.ts';
import type { StepTimes } from './accelerator-step.ts';
import { cacheCost, decodeAttentionWork, prefillAttentionFlop } from './kv-cache.ts';
import { kernelSeconds, touchedExpertShare } from './roofline.ts';
import type { WeightClasses } from './weights.ts';

export interface HostReplica {
  readonly model: ModelArchitecture;
  readonly weights: WeightClasses;
  readonly kvFormat: KvFormat;
  readonly processor: Processor;
  readonly sockets: number;
  readonly efficiency: HostEfficiency;
  /** Holds attention, dense weights and cache in hybrid serving; null on a CPU-only box. */
  readonly accelerator: Accelerator | null;
  readonly prefillChunkTokens: number;
}

/**
 * Compiles a host replica into step times.
 * Decode is bound by the bytes of the weights a batch touches over the sockets' bandwidth; prefill by the cores.
 * @source docs/physics.md; checked against published dual-EPYC and Xeon rows
 */
export function compileHostSteps(replica: HostReplica): StepTimes {
  const { model, weights, efficiency, accelerator } = replica;
  const ffn = model.feedForward;
  const hostRate = replica.processor.memoryBandwidth.bytesPerSecond * replica.sockets * efficiency.memoryBandwidth.ratio;
  const perCore =
    replica.processor.amx && efficiency.flopPerCoreAmx !== undefined ? efficiency.flopPerCoreAmx : efficiency.flopPerCore;
  const hostFlopPerSecond = replica.processor.cores.count * replica.sockets * perCore.flopPerSecond;
  const boardRate =
    accelerator === null ? hostRate : accelerator.memoryBandwidth.bytesPerSecond * efficiency.memoryBandwidth.ratio;
  const residentBytes = weights.attentionBytes + weights.otherBytes + weights.embeddingBytes / 2 + weights.replicatedBytes;
  const cache = cacheCost(model, replica.kvFormat);
  const active = model.parameters.activeDecode.parameters;

  const touchedBytes = (tokens: number) =>
    weights.routedExpertBytes * touchedExpertShare(ffn.routedExperts, ffn.expertsPerToken, tokens);

  return {
    decodeSeconds: (sequences, contextTokens) => {
      const tokens = Math.max(1, sequences);
      const work = decodeAttentionWork(model, replica.kvFormat, contextTokens);
      const resident = (residentBytes + tokens * work.readBytes) / boardRate;
      return kernelSeconds(resident + touchedBytes(tokens) / hostRate, (tokens * 2 * active) / hostFlopPerSecond);
    },
    tokensPerStep: 1,
    prefillSeconds: (promptTokens, prompts = 1) => {
      if (promptTokens <= 0) return 0;
      const tokens = promptTokens * prompts;
      const linearFlop = 2 * model.parameters.activePrefill.parameters * tokens;
      const attentionFlop = tokens * prefillAttentionFlop(model, promptTokens / 2);
      return kernelSeconds((residentBytes + touchedBytes(tokens)) / hostRate, (linearFlop + attentionFlop) / hostFlopPerSecond);
    },
    prefillGroups: 1,
    prefillChunkTokens: replica.prefillChunkTokens,
    cache,
    work: null,
  };
}
