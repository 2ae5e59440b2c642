// Fleet: workers behind least-loaded routing, fed by a stream of requests, one event after the other.
// In: worker models, how many of each, requests, failures. Out: percentiles of TTFT and TPOT, and what the fleet did.
import { Latencies } from './latencies.ts';
import { seededChance } from './random.ts';
import type { RequestStream } from './request-stream.ts';
import { Sequences } from './sequences.ts';
import { Worker, type WorkerModel } from './worker.ts';

/** Like workers that share their requests. */
export interface Pool {
  readonly model: WorkerModel;
  readonly workers: number;
}

/** From a prefill worker to a decode worker. */
export interface HandOver {
  readonly floorSeconds: number;
  readonly secondsPerPromptToken: number;
}

export interface Fleet {
  /** Takes requests first. */
  readonly entry: Pool;
  /** Decodes what the entry prefilled; null where the entry does both. */
  readonly decode: (Pool & { readonly handOver: HandOver }) | null;
  /** From client to scheduler and from last kernel to client, on every request, seconds. */
  readonly hostFloorSeconds: number;
}

/** A worker of the entry pool goes down and comes back empty. */
export interface Failure {
  readonly atSeconds: number;
  readonly worker: number;
  readonly forSeconds: number;
}

export interface SimulationTask {
  readonly fleet: Fleet;
  readonly requests: RequestStream;
  /** Closed loop: so many always in flight, arrival times unread. Null for an open loop. */
  readonly concurrency: number | null;
  /** Requests at the beginning that are simulated and not counted. */
  readonly warmUpRequests: number;
  /** Requests counted after that; what the stream still has is not taken. */
  readonly countedRequests: number;
  readonly ttftTargetSeconds: number | null;
  readonly tpotTargetSeconds: number | null;
  readonly failures?: readonly Failure[];
  readonly seed: number;
  /** More waiting than this means that the fleet never catches up, and the simulation stops. */
  readonly giveUpAtInFlight?: number;
  readonly onProgress?: (counted: number) => void;
}

export interface SimulationResult {
  readonly requests: number;
  readonly seconds: number;
  /** True where the queue grew without end. */
  readonly saturated: boolean;
  readonly ttft: Latencies;
  readonly tpot: Latencies;
  /** Whole time in the system. */
  readonly endToEnd: Latencies;
  readonly requestsPerSecond: number;
  readonly outputTokensPerSecond: number;
  /** Share of counted requests within both targets. */
  readonly goodRatio: number;
  readonly meanInFlight: number;
  readonly preemptions: number;
  /** Requests no worker could ever hold. */
  readonly refused: number;
  /** Requests a failure threw back. */
  readonly retried: number;
  /** Mean share of time an entry worker prefilled. */
  readonly prefillRatio: number;
}

const PROGRESS_EVERY = 1024;
const GIVE_UP_PER_WORKER = 4096;

/** Runs the simulation to its end. The same task with the same seed gives the same result, bit for bit. */
export function simulateFleet(task: SimulationTask): SimulationResult {
  return new Simulation(task).run();
}

class Simulation {
  readonly #task: SimulationTask;
  readonly #all = new Sequences();
  readonly #entry: Worker[];
  readonly #decode: Worker[];
  readonly #workers: Worker[];
  readonly #down = new Set<Worker>();
  readonly #ttft = new Latencies();
  readonly #tpot = new Latencies();
  readonly #endToEnd = new Latencies();
  /** Hand-overs under way: slot, moment of arrival at a decode worker. */
  readonly #transfers: { slot: number; atSeconds: number }[] = [];
  #entryTurn = 0;
  #decodeTurn = 0;
  #now = 0;
  #admitted = 0;
  #counted = 0;
  #good = 0;
  #outputTokens = 0;
  #preemptions = 0;
  #refused = 0;
  #retried = 0;
  #inFlightSeconds = 0;
  #countingFrom = 0;

  constructor(task: SimulationTask) {
    this.#task = task;
    const { normal } = seededChance(task.seed ^ ACCEPTANCE_SEED);
    const events = {
      normal,
      onFinished: (slot: number, seconds: number) => this.#finish(slot, seconds),
      onRefused: (slot: number) => this.#refuse(slot),
      onPreempted: () => {
        this.#preemptions += 1;
      },
    };
    const { entry, decode } = task.fleet;
    const onPrefilled =
      decode === null
        ? (slot: number, seconds: number) => this.#firstToken(slot, seconds)
        : (slot: number, seconds: number) => this.#handOver(slot, seconds);
    this.#entry = Array.from({ length: entry.workers }, () => new Worker(entry.model, this.#all, { ...events, onPrefilled }));
    this.#decode =
      decode === null
        ? []
        : Array.from(
            { length: decode.workers },
            () =>
              new Worker(decode.model, this.#all, {
                ...events,
                onPrefilled: (slot, seconds) => this.#firstToken(slot, seconds),
              }),
          );
    this.#workers = [...this.#entry, ...this.#decode];
  }

  run(): SimulationResult {
    const { requests, concurrency, warmUpRequests, countedRequests, onProgress } = this.#task;
    const last = warmUpRequests + countedRequests;
    const failures = [...(this.#task.failures ?? [])].sort((one, other) => one.atSeconds - other.atSeconds);
    const repairs: { atSeconds: number; worker: Worker }[] = [];
    const giveUp = this.#task.giveUpAtInFlight ?? GIVE_UP_PER_WORKER * this.#workers.length;
    let more = requests.next();
    let told = 0;
    if (concurrency !== null) {
      for (; more && this.#all.size < concurrency; more = requests.next()) this.#admit(this.#now);
    }
    let saturated = false;
    while (this.#counted < countedRequests) {
      let next = Number.POSITIVE_INFINITY;
      let actor: Worker | null = null;
      for (const worker of this.#workers)
        if (worker.nextSeconds < next) {
          next = worker.nextSeconds;
          actor = worker;
        }
      const arrival = concurrency === null && more ? requests.arrivalSeconds : Number.POSITIVE_INFINITY;
      const transfer = this.#transfers[0]?.atSeconds ?? Number.POSITIVE_INFINITY;
      const failure = failures[0]?.atSeconds ?? Number.POSITIVE_INFINITY;
      const repair = repairs[0]?.atSeconds ?? Number.POSITIVE_INFINITY;
      const now = Math.min(next, arrival, transfer, failure, repair);
      if (now === Number.POSITIVE_INFINITY) break;
      this.#advance(now);
      if (now === failure) {
        const gone = failures.shift();
        const worker = gone === undefined ? undefined : this.#entry[gone.worker];
        if (gone !== undefined && worker !== undefined && !this.#down.has(worker)) {
          this.#fail(worker);
          repairs.push({ atSeconds: now + gone.forSeconds, worker });
          repairs.sort((one, other) => one.atSeconds - other.atSeconds);
        }
      } else if (now === repair) {
        const back = repairs.shift();
        if (back !== undefined) this.#down.delete(back.worker);
      } else if (now === transfer) {
        const moved = this.#transfers.shift();
        if (moved !== undefined) this.#toDecode(moved.slot);
      } else if (now === arrival) {
        this.#admit(arrival);
        more = requests.next();
      } else actor?.update(now);
      if (concurrency !== null)
        for (; more && this.#all.size < concurrency && this.#admitted < last + concurrency; more = requests.next())
          this.#admit(now);
      if (this.#all.size > giveUp) {
        saturated = true;
        break;
      }
      if (this.#counted - told >= PROGRESS_EVERY) {
        told = this.#counted;
        onProgress?.(told);
      }
    }
    return this.#result(saturated);
  }

  #advance(now: number): void {
    if (this.#admitted > this.#task.warmUpRequests) this.#inFlightSeconds += (now - this.#now) * this.#all.size;
    this.#now = now;
  }

  #admit(arrivalSeconds: number): void {
    const { requests, warmUpRequests } = this.#task;
    const all = this.#all;
    const slot = all.take();
    all.arrivalSeconds[slot] = arrivalSeconds;
    all.firstTokenSeconds[slot] = Number.NaN;
    all.promptTokens[slot] = requests.promptTokens;
    all.cachedTokens[slot] = requests.cachedTokens;
    all.outputTokens[slot] = requests.outputTokens;
    all.writtenTokens[slot] = 0;
    all.prefixBlocks[slot] = requests.prefixBlocks;
    all.ordinal[slot] = this.#admitted;
    if (this.#admitted === warmUpRequests) this.#countingFrom = arrivalSeconds;
    this.#admitted += 1;
    this.#toEntry(slot);
  }

  #toEntry(slot: number): void {
    const worker = this.#leastLoaded(this.#entry, this.#entryTurn);
    this.#entryTurn += 1;
    worker.enqueue(slot, this.#now);
    worker.update(this.#now);
  }

  #toDecode(slot: number): void {
    const worker = this.#leastLoaded(this.#decode, this.#decodeTurn);
    this.#decodeTurn += 1;
    worker.enqueue(slot, this.#now);
    worker.update(this.#now);
  }

  /** The worker with the fewest requests; among equals whose turn it is. A pool that is down keeps its queue at the first. */
  #leastLoaded(pool: readonly Worker[], turn: number): Worker {
    let best = pool[turn % pool.length] as Worker;
    let least = this.#down.has(best) ? Number.POSITIVE_INFINITY : best.load;
    for (let step = 1; step < pool.length && least > 0; step += 1) {
      const worker = pool[(turn + step) % pool.length] as Worker;
      if (worker.load < least && !this.#down.has(worker)) {
        best = worker;
        least = worker.load;
      }
    }
    return best;
  }

  #handOver(slot: number, seconds: number): void {
    const { decode } = this.#task.fleet;
    if (decode === null) return;
    const { floorSeconds, secondsPerPromptToken } = decode.handOver;
    const atSeconds = seconds + floorSeconds + (this.#all.promptTokens[slot] as number) * secondsPerPromptToken;
    let place = this.#transfers.length;
    while (place > 0 && (this.#transfers[place - 1]?.atSeconds ?? 0) > atSeconds) place -= 1;
    this.#transfers.splice(place, 0, { slot, atSeconds });
  }

  #firstToken(slot: number, seconds: number): void {
    if (Number.isNaN(this.#all.firstTokenSeconds[slot])) this.#all.firstTokenSeconds[slot] = seconds;
  }

  #finish(slot: number, seconds: number): void {
    const { warmUpRequests, countedRequests, ttftTargetSeconds, tpotTargetSeconds } = this.#task;
    const all = this.#all;
    const ordinal = all.ordinal[slot] as number;
    if (ordinal >= warmUpRequests && ordinal < warmUpRequests + countedRequests) {
      const first = all.firstTokenSeconds[slot] as number;
      const output = all.outputTokens[slot] as number;
      const floor = this.#task.fleet.hostFloorSeconds;
      const ttftSeconds = first - (all.arrivalSeconds[slot] as number) + floor;
      const tpotSeconds = output > 1 ? (seconds - first) / (output - 1) : 0;
      this.#ttft.record(ttftSeconds);
      if (output > 1) this.#tpot.record(tpotSeconds);
      this.#endToEnd.record(seconds - (all.arrivalSeconds[slot] as number) + floor);
      this.#outputTokens += output;
      if (
        ttftSeconds <= (ttftTargetSeconds ?? Number.POSITIVE_INFINITY) &&
        tpotSeconds <= (tpotTargetSeconds ?? Number.POSITIVE_INFINITY)
      )
        this.#good += 1;
      this.#counted += 1;
    }
    all.release(slot);
  }

  #refuse(slot: number): void {
    const ordinal = this.#all.ordinal[slot] as number;
    const { warmUpRequests, countedRequests } = this.#task;
    if (ordinal >= warmUpRequests && ordinal < warmUpRequests + countedRequests) this.#counted += 1;
    this.#refused += 1;
    this.#all.release(slot);
  }

  /** Clients send again at once what was in flight on a worker that failed; the clock of a first token runs on. */
  #fail(worker: Worker): void {
    const lost = worker.fail(this.#now);
    this.#down.add(worker);
    for (const slot of lost) {
      this.#all.stamp[slot] = 0;
      this.#all.writtenTokens[slot] = 0;
      this.#retried += 1;
      this.#toEntry(slot);
    }
  }

  #result(saturated: boolean): SimulationResult {
    const seconds = this.#now - this.#countingFrom;
    const rate = (amount: number) => (seconds > 0 ? amount / seconds : 0);
    return {
      requests: this.#counted,
      seconds,
      saturated,
      ttft: this.#ttft,
      tpot: this.#tpot,
      endToEnd: this.#endToEnd,
      requestsPerSecond: rate(this.#counted),
      outputTokensPerSecond: rate(this.#outputTokens),
      goodRatio: this.#counted === 0 ? 0 : this.#good / this.#counted,
      meanInFlight: rate(this.#inFlightSeconds),
      preemptions: this.#preemptions,
      refused: this.#refused,
      retried: this.#retried,
      prefillRatio:
        this.#entry.reduce((sum, worker) => sum + worker.prefillSeconds, 0) / (this.#entry.length * Math.max(1e-9, this.#now)),
    };
  }
}

const ACCEPTANCE_SEED = 0xacce;
