// Sequences: every request in flight, as columns of numbers, so that a million requests need no million objects.

/** Columns grow by doubling; slots of finished requests are used again. */
export class Sequences {
  /** When the client sent it, seconds. */
  arrivalSeconds = new Float64Array(FIRST_SIZE);
  /** When the first token left; NaN until then. */
  firstTokenSeconds = new Float64Array(FIRST_SIZE);
  /** Decode clock of its worker at which its last token comes. */
  finishClock = new Float64Array(FIRST_SIZE);
  /** Whole prompt. */
  promptTokens = new Float64Array(FIRST_SIZE);
  /** Of it, what the prefix cache is taken to hold. */
  cachedTokens = new Float64Array(FIRST_SIZE);
  outputTokens = new Float64Array(FIRST_SIZE);
  /** Tokens written before it was preempted; they are computed again with the prompt. */
  writtenTokens = new Float64Array(FIRST_SIZE);
  /** Decode clock when it began to decode. */
  startClock = new Float64Array(FIRST_SIZE);
  /** Which request of the stream it is. */
  ordinal = new Int32Array(FIRST_SIZE);
  /** Counts decodes begun anywhere; tells a slot used again from its former holder. */
  stamp = new Int32Array(FIRST_SIZE);
  prefixBlocks: (Int32Array | null)[] = [];
  #free: number[] = [];
  #used = 0;

  /** A free slot; its columns hold what a former request left. */
  take(): number {
    const reused = this.#free.pop();
    if (reused !== undefined) return reused;
    if (this.#used === this.arrivalSeconds.length) this.#grow();
    this.#used += 1;
    return this.#used - 1;
  }

  release(slot: number): void {
    this.prefixBlocks[slot] = null;
    this.stamp[slot] = 0;
    this.#free.push(slot);
  }

  /** Requests now in flight. */
  get size(): number {
    return this.#used - this.#free.length;
  }

  #grow(): void {
    const size = this.arrivalSeconds.length * 2;
    const widen = <Column extends Float64Array | Int32Array>(column: Column): Column => {
      const wider = (column instanceof Float64Array ? new Float64Array(size) : new Int32Array(size)) as Column;
      wider.set(column);
      return wider;
    };
    this.arrivalSeconds = widen(this.arrivalSeconds);
    this.firstTokenSeconds = widen(this.firstTokenSeconds);
    this.finishClock = widen(this.finishClock);
    this.promptTokens = widen(this.promptTokens);
    this.cachedTokens = widen(this.cachedTokens);
    this.outputTokens = widen(this.outputTokens);
    this.writtenTokens = widen(this.writtenTokens);
    this.startClock = widen(this.startClock);
    this.ordinal = widen(this.ordinal);
    this.stamp = widen(this.stamp);
  }
}

const FIRST_SIZE = 1024;
