// One point: a load is held through warm-up, a measured window and a drain, and everything that ends is handed on at once.
// In: a source of requests, a clock, a transport. Out: the observation; records go to `keep` one by one.
import type { PlannedRequest, RequestSource } from '../bench/arrivals.ts';
import { isStationary } from '../bench/arrivals.ts';
import { firstTokenSeconds } from '../bench/request-figures.ts';
import { WarmUp } from '../bench/steady.ts';
import type { BenchManifest, PlannedPoint } from '../documents/bench-manifest.ts';
import type { BenchObservation } from '../documents/bench-point.ts';
import type { BenchRequest, Phase } from '../documents/bench-request.ts';
import { InFlight } from './in-flight.ts';
import { type EndedRequest, type Flight, type RequestWorld, sendRequest } from './run-request.ts';

export interface PointJob {
  readonly point: PlannedPoint;
  readonly attempt: number;
  readonly phases: BenchManifest['phases'];
  readonly timeoutSeconds: number;
  readonly source: RequestSource;
  readonly path: string;
  /** The body of a request; made before it is due. */
  readonly compose: (planned: PlannedRequest) => string;
}

/** What watches this program, the server and the meter while a point runs. */
export interface PointWatch {
  readonly windowBegins: () => void;
  readonly windowEnds: () => void;
  /** Called when the point is over. @param fromSeconds, toSeconds - of the window, on the clock */
  readonly read: (fromSeconds: number, toSeconds: number) => Promise<PointReadings>;
}

export type PointReadings = Pick<BenchObservation, 'power' | 'server'> & {
  readonly client: Pick<BenchObservation['client'], 'loopDelayP99Seconds' | 'loopDelayMaximumSeconds' | 'cpuCores'>;
};

export interface PointWorld extends RequestWorld {
  /** Takes a record as soon as its request is over. */
  readonly keep: (record: BenchRequest, text: string) => void;
  readonly watch: PointWatch;
  /** Aborts on Ctrl-C, and when the run's limits are reached. */
  readonly signal: AbortSignal;
  readonly progress: (seconds: number, phase: Phase, requests: number, inFlight: number) => void;
  /** Asked now and then while the window is open: whether its verdict can no longer change. */
  readonly isSettled?: (measured: readonly BenchRequest[]) => boolean;
}

/** How often phases are looked at where nothing else happens. */
const LOOK_SECONDS = 0.25;
/** Requests that are ready beforehand, and how many go out in one turn of the event loop. */
const PREPARED = 32;
const SENT_PER_TURN = 16;

export async function runPoint(job: PointJob, world: PointWorld): Promise<BenchObservation> {
  return new PointRun(job, world).run();
}

interface Prepared {
  readonly planned: PlannedRequest;
  readonly body: string;
}

class PointRun {
  readonly #job: PointJob;
  readonly #world: PointWorld;
  readonly #origin: number;
  readonly #startedAt: string;
  readonly #warmUp: WarmUp;
  readonly #isClosed: boolean;
  readonly #ready: Prepared[] = [];
  readonly #flights = new Set<Flight>();
  readonly #inFlight: InFlight;
  #exhausted = false;
  #from: number | null = null;
  #to: number | null = null;
  #steady = false;
  #sent = 0;
  #sentBeforeWindow = 0;
  #measuredSent = 0;
  #measuredOut = 0;
  #lastIntended = 0;
  #isOver = false;
  #wake = new AbortController();

  constructor(job: PointJob, world: PointWorld) {
    this.#job = job;
    this.#world = world;
    this.#isClosed = job.point.load.kind === 'closed';
    this.#origin = world.clock.nowSeconds();
    this.#startedAt = new Date(world.clock.epochSeconds() * 1000).toISOString();
    this.#inFlight = new InFlight();
    const { warmUpLeastSeconds, warmUpMostSeconds } = job.phases;
    this.#warmUp = new WarmUp(warmUpLeastSeconds, isStationary(job.point.load) ? warmUpMostSeconds : warmUpLeastSeconds);
  }

  async run(): Promise<BenchObservation> {
    const stop = () => this.#wake.abort();
    this.#world.signal.addEventListener('abort', stop, { once: true });
    this.#prepare(PREPARED);
    if (this.#isClosed) this.#fillPlaces();
    let inTurn = 0;
    for (;;) {
      const now = this.#now();
      this.#advance(now);
      if (this.#isOver || this.#world.signal.aborted) break;
      const next = this.#isClosed ? undefined : this.#ready[0];
      if (next !== undefined && next.planned.intendedSeconds <= now) {
        this.#ready.shift();
        this.#send(next, next.planned.intendedSeconds);
        inTurn += 1;
        if (inTurn < SENT_PER_TURN && this.#ready.length > 0) continue;
        inTurn = 0;
        this.#prepare(1);
        await this.#world.clock.turn();
        continue;
      }
      inTurn = 0;
      this.#prepare(1);
      await this.#rest(next?.planned.intendedSeconds ?? Number.POSITIVE_INFINITY);
    }
    this.#world.signal.removeEventListener('abort', stop);
    return this.#conclude();
  }

  /** Waits for the next request, the end of a phase, or the end of a request; bodies are made meanwhile. */
  async #rest(nextSeconds: number): Promise<void> {
    const until = Math.min(nextSeconds, this.#now() + LOOK_SECONDS, this.#phaseEnd());
    while (this.#ready.length < PREPARED && !this.#exhausted && until - this.#now() > COMPOSING_SECONDS) this.#prepare(1);
    await this.#world.clock.sleepUntil(this.#origin + until, this.#wake.signal);
    if (this.#wake.signal.aborted && !this.#world.signal.aborted) this.#wake = new AbortController();
  }

  #phaseEnd(): number {
    if (this.#from === null) return Number.POSITIVE_INFINITY;
    if (this.#to === null) {
      // Once the time is up the window only waits for requests; a moment in the past would be no rest at all.
      const planned = this.#from + this.#job.phases.measureSeconds;
      return planned > this.#now() ? planned : Number.POSITIVE_INFINITY;
    }
    return this.#to + this.#job.phases.drainSeconds;
  }

  #advance(now: number): void {
    const { phases } = this.#job;
    const nextIntended = this.#nextIntended();
    if (this.#from === null) {
      const verdict = this.#warmUp.verdict(now);
      if (verdict === null && nextIntended !== null) return;
      this.#from = now;
      this.#steady = verdict?.steady ?? false;
      this.#sentBeforeWindow = this.#sent;
      this.#inFlight.mark(now);
      this.#world.watch.windowBegins();
      return;
    }
    if (this.#to === null) {
      const hasEnough = now >= this.#from + phases.measureSeconds && this.#measuredSent >= phases.measureRequests;
      // A trace has an end; its window ends with the last request.
      if (hasEnough || nextIntended === null || this.#isSettled(now)) this.#closeWindow(hasEnough, now);
      return;
    }
    const isAllSent = nextIntended === null || this.#isClosed || nextIntended >= this.#to;
    if ((isAllSent && this.#measuredOut === 0) || now >= this.#to + phases.drainSeconds) this.#isOver = true;
  }

  #closeWindow(hasEnough: boolean, now: number): void {
    const from = this.#from ?? now;
    const planned = from + this.#job.phases.measureSeconds;
    // Requests that were due before the planned end and are only late belong to the window.
    this.#to = hasEnough && this.#lastIntended < planned ? Math.max(planned, from) : now;
    this.#inFlight.mark(this.#to);
    this.#world.watch.windowEnds();
  }

  #isSettled(now: number): boolean {
    const { isSettled } = this.#world;
    if (isSettled === undefined || now < this.#nextLook) return false;
    this.#nextLook = now + LOOK_SECONDS * 4;
    return isSettled(this.#measuredRecords);
  }

  #nextLook = 0;
  readonly #measuredRecords: BenchRequest[] = [];

  #nextIntended(): number | null {
    if (this.#ready.length === 0) this.#prepare(1);
    return this.#ready[0]?.planned.intendedSeconds ?? null;
  }

  #prepare(count: number): void {
    for (let made = 0; made < count && !this.#exhausted && this.#ready.length < PREPARED; made += 1) {
      const planned = this.#job.source();
      if (planned === null) this.#exhausted = true;
      else this.#ready.push({ planned, body: this.#job.compose(planned) });
    }
  }

  #fillPlaces(): void {
    const { load } = this.#job.point;
    if (load.kind !== 'closed') return;
    while (this.#flights.size < load.concurrency && !this.#exhausted) this.#sendNext(this.#now());
  }

  #sendNext(intendedSeconds: number): void {
    const next = this.#ready.shift() ?? this.#takeOne();
    if (next !== null) this.#send(next, intendedSeconds);
  }

  #takeOne(): Prepared | null {
    this.#prepare(1);
    return this.#ready.shift() ?? null;
  }

  #send({ planned, body }: Prepared, intendedSeconds: number): void {
    const { pointId, attempt } = { pointId: this.#job.point.id, attempt: this.#job.attempt };
    this.#sent += 1;
    this.#lastIntended = intendedSeconds;
    const isMeasured = this.#phaseOf(intendedSeconds) === 'measured';
    if (isMeasured) {
      this.#measuredSent += 1;
      this.#measuredOut += 1;
    }
    const flight = sendRequest(
      {
        pointId,
        attempt,
        planned,
        originSeconds: this.#origin,
        intendedSeconds,
        path: this.#job.path,
        body,
        timeoutSeconds: this.#job.timeoutSeconds,
      },
      this.#world,
      (ended) => this.#ended(flight, ended, isMeasured),
    );
    this.#flights.add(flight);
    this.#inFlight.change(this.#now(), 1);
  }

  #ended(flight: Flight, { record, text }: EndedRequest, isMeasured: boolean): void {
    this.#flights.delete(flight);
    this.#inFlight.change(record.endSeconds, -1);
    const whole: BenchRequest = { ...record, phase: this.#phaseOf(record.intendedSeconds) };
    if (isMeasured) {
      this.#measuredOut -= 1;
      if (this.#world.isSettled !== undefined) this.#measuredRecords.push(whole);
    }
    this.#world.keep(whole, text);
    if (this.#from === null && record.outcome === 'ok' && firstTokenSeconds(whole) !== null)
      this.#warmUp.saw(record.endSeconds, record.endSeconds - record.intendedSeconds, this.#inFlight.now);
    if (this.#isOver || this.#world.signal.aborted) return;
    if (this.#isClosed) this.#sendNext(record.endSeconds);
    // The loop may be waiting for just this one.
    if (this.#measuredOut === 0 && this.#to !== null) this.#wake.abort();
  }

  /** By intended send time. */
  #phaseOf(intendedSeconds: number): Phase {
    if (this.#from === null || intendedSeconds < this.#from) return 'warm-up';
    return this.#to === null || intendedSeconds < this.#to ? 'measured' : 'drain';
  }

  async #conclude(): Promise<BenchObservation> {
    const over = this.#now();
    const isComplete = this.#isOver && this.#from !== null && this.#to !== null;
    this.#isOver = true;
    for (const flight of [...this.#flights])
      flight.abort(isComplete ? 'still running when the drain was over' : 'the run was ended');
    const from = this.#from ?? over;
    const to = this.#to ?? over;
    if (this.#from === null) this.#inFlight.mark(over);
    if (this.#to === null) {
      this.#inFlight.mark(over);
      this.#world.watch.windowEnds();
    }
    const readings = await this.#world.watch.read(this.#origin + from, this.#origin + to);
    return {
      point: this.#job.point,
      attempt: this.#job.attempt,
      startedAt: this.#startedAt,
      warmUp: { seconds: from, requests: this.#from === null ? this.#sent : this.#sentBeforeWindow, steady: this.#steady },
      window: { fromSeconds: from, toSeconds: to },
      drainedSeconds: over,
      complete: isComplete,
      client: { ...readings.client, mostInFlight: this.#inFlight.most, meanInFlight: this.#inFlight.meanBetween(from, to) },
      power: readings.power,
      server: readings.server,
    };
  }

  #now(): number {
    const now = this.#world.clock.nowSeconds() - this.#origin;
    if (now >= this.#nextProgress) {
      this.#nextProgress = now + 1;
      this.#world.progress(now, this.#phaseOf(now), this.#sent, this.#inFlight.now);
    }
    return now;
  }

  #nextProgress = 1;
}

/** What making one body may take. */
const COMPOSING_SECONDS = 0.003;
