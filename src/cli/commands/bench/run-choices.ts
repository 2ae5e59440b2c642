// What the flags of seekstack bench run say, once parsed.
import type { Pattern } from '../../../documents/bench-manifest.ts';
import type { Bracket, LengthPoints } from './parse-flags.ts';

/** Durations are seconds. */
export interface RunChoices {
  readonly endpoint?: string;
  /** Whom the certificate of the endpoint names, where the address is another. */
  readonly serverName?: string;
  readonly option?: string;
  readonly model?: string;
  readonly api: 'chat' | 'completions';
  readonly keyVariable: string;
  readonly rate?: readonly number[];
  readonly concurrency?: readonly number[];
  readonly search?: Bracket | true;
  readonly resolution: number;
  readonly trace?: string;
  readonly rateScale: number;
  readonly pattern?: Pattern;
  readonly burstiness?: number;
  readonly day?: number;
  /** A shape of the catalogue. */
  readonly dayShape?: string;
  readonly prompt?: LengthPoints;
  readonly output?: LengthPoints;
  readonly cacheHit?: number;
  readonly outputControl: 'auto' | 'exact' | 'limit';
  readonly chunkUsage: boolean;
  readonly body?: Record<string, unknown>;
  readonly tokenizer?: string;
  readonly ttft?: number;
  readonly tpot?: number;
  readonly e2e?: number;
  readonly percentile?: number;
  readonly duration: number;
  readonly requests: number;
  readonly warmUp: number;
  readonly drain: number;
  readonly timeout: number;
  readonly repeats: number;
  readonly replicas?: number;
  readonly usdPerHour?: number;
  readonly meter?: string;
  readonly meterGauge: string;
  readonly meterQuery?: string;
  readonly engine?: string;
  readonly machine?: string;
  readonly accelerators?: number;
  readonly label?: string;
  readonly maxMinutes?: number;
  readonly maxUsd?: number;
  readonly seed: number;
  readonly out?: string;
  readonly resume?: string;
  readonly bothTpot: boolean;
  readonly format: 'table' | 'json' | 'md';
}
