// Worker: one replica under continuous batching, from event to event.
// Prompts are prefilled in chunks shared by those that wait, the others decode beside them; cache blocks run out and come back.
// Decoding is kept as one clock that counts the tokens each running sequence has written since the start: a sequence that
// begins at clock c and writes n more tokens ends at c + n, so an event costs the same however many sequences run.
import FlatQueue from 'flatqueue';
import { PrefixCache } from './prefix-cache.ts';
import type { Sequences } from './sequences.ts';
import type { DecodeTable } from './step-table.ts';

export interface WorkerModel {
  /** `prefill` and `decode` are the two halves of a disaggregated fleet. */
  readonly role: 'whole' | 'prefill' | 'decode';
  readonly decodeSeconds: DecodeTable;
  /** Tokens a step yields for each sequence, and their variance: speculation keeps more or fewer. */
  readonly tokensPerStep: number;
  readonly tokensPerStepVariance: number;
  /** Time of so many prompts that share a prefill, `others` more being in flight. */
  readonly prefillSeconds: (tokens: number, prompts: number, others: number) => number;
  /** Most tokens of prompts that share one. */
  readonly prefillBudgetTokens: number;
  /** Share of prefill that decoding sequences wait for. */
  readonly prefillInterference: number;
  /** Steps a new request waits for the scheduler on average while others run: it looks every twice as many. */
  readonly waitSteps: number;
  readonly maximumSequences: number;
  /** What the cache holds, tokens, and what a sequence takes beside its tokens. */
  readonly cacheTokens: number;
  readonly sequenceOverheadTokens: number;
  /** Tokens of one cache block: every running sequence must be able to take one more before another is let in. */
  readonly blockTokens: number;
  /** Tokens of one hashed block of a trace; 0 where prompts bring their cached share. */
  readonly prefixBlockTokens: number;
}

/** What a worker tells its fleet. */
export interface WorkerEvents {
  readonly onPrefilled: (slot: number, seconds: number) => void;
  readonly onFinished: (slot: number, seconds: number) => void;
  /** One sequence alone does not fit the cache. */
  readonly onRefused: (slot: number) => void;
  readonly onPreempted: () => void;
  /** Mean 0, variance 1. */
  readonly normal: () => number;
}

const ROUNDING_TOKENS = 1e-6;
/** Step times are looked up again after so many tokens, or this share of the context, whichever is more. */
const REFRESH_TOKENS = 64;
const REFRESH_SHARE = 0.05;

export class Worker {
  /** When something happens here without anything from outside; infinite where nothing will. */
  nextSeconds = Number.POSITIVE_INFINITY;
  /** Prefill time so far, seconds. */
  prefillSeconds = 0;
  running = 0;

  readonly model: WorkerModel;
  readonly #all: Sequences;
  readonly #events: WorkerEvents;
  readonly #prefix = new PrefixCache();
  readonly #finishes = new FlatQueue<number>();
  /** New requests in order of arrival, from `#head` on; preempted ones go before them. */
  #waiting: number[] = [];
  #head = 0;
  #again: number[] = [];
  /** Slots and stamps in order of their start, the newest last; those that have left are skipped. */
  #startedSlots: number[] = [];
  #startedStamps: number[] = [];
  #prefilling: number[] = [];
  #prefillUntil = Number.POSITIVE_INFINITY;
  #reservedTokens = 0;
  #stalledUntil = 0;
  /** Tokens that decoding loses after the prefill now ending: those that prefilled do not wait for themselves. */
  #ownStallTokens = 0;
  /** When the scheduler next looks at who waits. */
  #looksAt = 0;
  #contextTokens = 0;
  #clock = 0;
  #seconds = 0;
  #secondsPerToken = 0;
  #stamps = 0;

  constructor(model: WorkerModel, all: Sequences, events: WorkerEvents) {
    this.model = model;
    this.#all = all;
    this.#events = events;
  }

  /** Requests here, waiting or not. */
  get load(): number {
    return this.#waiting.length - this.#head + this.#again.length + this.#prefilling.length + this.running;
  }

  get usedTokens(): number {
    return this.#contextTokens + this.running * this.model.sequenceOverheadTokens + this.#reservedTokens;
  }

  /** A request arrives; call `update` afterwards. */
  enqueue(slot: number, seconds: number): void {
    this.#waiting.push(slot);
    const between = this.#lookSeconds;
    // Nothing runs: nothing to finish first. Else looks go on at their pace, whether anybody waits or not.
    if (this.running === 0 || between === 0) this.#looksAt = Math.min(this.#looksAt, seconds);
    else if (this.#looksAt < seconds) this.#looksAt += Math.ceil((seconds - this.#looksAt) / between) * between;
  }

  /** Brings the worker to that moment and plans what comes next. */
  update(seconds: number): void {
    this.#progress(seconds);
    if (this.#prefillUntil <= seconds) this.#endPrefill(seconds);
    this.#finishDecodes(seconds);
    this.#preemptWhileFull();
    if (this.model.role === 'decode') this.#admitPrefilled(seconds);
    else
      while (this.#prefilling.length === 0 && this.#beginPrefill(seconds))
        if (this.#prefillUntil <= seconds) this.#endPrefill(seconds);
    this.#plan(seconds);
  }

  /** Everything in flight is lost, the cache too. @returns the slots, in order of arrival as far as known */
  fail(seconds: number): number[] {
    this.#progress(seconds);
    const slots = [...this.#again.toReversed(), ...this.#prefilling];
    for (let index = 0; index < this.#startedSlots.length; index += 1) {
      const slot = this.#startedSlots[index] as number;
      if (this.#all.stamp[slot] === this.#startedStamps[index]) slots.push(slot);
    }
    slots.push(...this.#waiting.slice(this.#head));
    this.#finishes.clear();
    this.#prefix.clear();
    this.#waiting = [];
    this.#again = [];
    this.#prefilling = [];
    this.#startedSlots = [];
    this.#startedStamps = [];
    this.#head = 0;
    this.#prefillUntil = Number.POSITIVE_INFINITY;
    this.#reservedTokens = 0;
    this.#contextTokens = 0;
    this.running = 0;
    this.nextSeconds = Number.POSITIVE_INFINITY;
    return slots;
  }

  #progress(seconds: number): void {
    const elapsed = seconds - this.#seconds;
    if (elapsed > 0 && this.running > 0) {
      const tokens = (elapsed * this.#decodeShare(this.#seconds)) / this.#secondsPerToken;
      this.#clock += tokens;
      this.#contextTokens += this.running * tokens;
    }
    this.#seconds = seconds;
  }

  /** Share of full speed at which sequences decode from a moment on. */
  #decodeShare(seconds: number): number {
    if (this.#prefillUntil < Number.POSITIVE_INFINITY) return Math.max(0, 1 - this.model.prefillInterference);
    return seconds < this.#stalledUntil ? 0 : 1;
  }

  /** Time between two looks of the scheduler at who waits; none while nothing runs. */
  get #lookSeconds(): number {
    const { waitSteps, tokensPerStep } = this.model;
    return this.running === 0 ? 0 : 2 * waitSteps * tokensPerStep * this.#secondsPerToken;
  }

  #peekWaiting(): number {
    return this.#again.at(-1) ?? this.#waiting[this.#head] ?? -1;
  }

  #shiftWaiting(): void {
    if (this.#again.length > 0) this.#again.pop();
    else {
      this.#head += 1;
      if (this.#head > 1024 && this.#head * 2 > this.#waiting.length) {
        this.#waiting = this.#waiting.slice(this.#head);
        this.#head = 0;
      }
    }
  }

  /** Whether a waiting request may start now; one that can never fit is refused on the way. */
  #admits(slot: number): boolean {
    const { maximumSequences, cacheTokens, sequenceOverheadTokens, blockTokens } = this.model;
    if (this.running + this.#prefilling.length >= maximumSequences) return false;
    const needed = this.#ownTokens(slot) + sequenceOverheadTokens + this.running * blockTokens;
    return this.usedTokens + needed <= cacheTokens;
  }

  #ownTokens(slot: number): number {
    return (this.#all.promptTokens[slot] as number) + (this.#all.writtenTokens[slot] as number);
  }

  /** Refuses what no empty worker could hold. */
  #refuseIfTooLong(slot: number): boolean {
    if (this.#ownTokens(slot) + this.model.sequenceOverheadTokens <= this.model.cacheTokens) return false;
    this.#shiftWaiting();
    this.#events.onRefused(slot);
    return true;
  }

  #beginPrefill(seconds: number): boolean {
    if (seconds < this.#looksAt) return false;
    let tokens = 0;
    for (;;) {
      const slot = this.#peekWaiting();
      if (slot < 0) break;
      if (!this.#admits(slot)) {
        if (this.#refuseIfTooLong(slot)) continue;
        break;
      }
      const computed = this.#ownTokens(slot) - this.#cachedTokens(slot);
      if (this.#prefilling.length > 0 && tokens + computed > this.model.prefillBudgetTokens) break;
      tokens += computed;
      this.#shiftWaiting();
      this.#prefilling.push(slot);
      this.#reservedTokens += this.#ownTokens(slot) + this.model.sequenceOverheadTokens;
    }
    const prompts = this.#prefilling.length;
    if (prompts === 0) return false;
    // Those left out for want of budget are next at once; later ones wait for the next look.
    if (this.#peekWaiting() < 0) this.#looksAt = seconds + this.#lookSeconds;
    const duration = this.model.prefillSeconds(tokens, prompts, this.running + prompts - 1);
    this.prefillSeconds += duration;
    this.#prefillUntil = seconds + duration;
    const beyond = Math.max(0, this.model.prefillInterference - 1) * duration;
    const owed = Math.max(0, this.#stalledUntil - seconds) + beyond;
    this.#stalledUntil = this.#prefillUntil + owed;
    this.#ownStallTokens = this.#secondsPerToken === 0 ? 0 : beyond / this.#secondsPerToken;
    return true;
  }

  /** Of a prompt, what need not be computed. */
  #cachedTokens(slot: number): number {
    const blocks = this.#all.prefixBlocks[slot];
    if (blocks === null || blocks === undefined) return this.#all.cachedTokens[slot] as number;
    const held = this.#prefix.hits(blocks) * this.model.prefixBlockTokens;
    return Math.min(held, (this.#all.promptTokens[slot] as number) - 1);
  }

  #endPrefill(seconds: number): void {
    const slots = this.#prefilling;
    this.#prefilling = [];
    this.#prefillUntil = Number.POSITIVE_INFINITY;
    this.#reservedTokens = 0;
    for (const slot of slots) {
      const blocks = this.#all.prefixBlocks[slot];
      if (blocks) {
        const room = (this.model.cacheTokens - this.usedTokens) / this.model.prefixBlockTokens;
        this.#prefix.insert(blocks, Math.max(0, Math.floor(room)));
      }
      if (this.model.role === 'whole') this.#beginDecode(slot);
      this.#events.onPrefilled(slot, seconds);
      if (this.model.role === 'whole' && this.#all.stamp[slot] === 0) this.#events.onFinished(slot, seconds);
    }
  }

  /** Requests whose cache came from a prefill worker start as soon as there is room. */
  #admitPrefilled(seconds: number): void {
    for (;;) {
      const slot = this.#peekWaiting();
      if (slot < 0) return;
      if (!this.#admits(slot)) {
        if (this.#refuseIfTooLong(slot)) continue;
        return;
      }
      this.#shiftWaiting();
      const again = (this.#all.writtenTokens[slot] as number) > 0;
      this.#beginDecode(slot);
      if (!again) this.#events.onPrefilled(slot, seconds);
      if (this.#all.stamp[slot] === 0) this.#events.onFinished(slot, seconds);
    }
  }

  /** One token came with the prefill. A sequence with nothing left to write keeps stamp 0. */
  #beginDecode(slot: number): void {
    const all = this.#all;
    const left = (all.outputTokens[slot] as number) - (all.writtenTokens[slot] as number) - 1;
    if (left <= 0) return;
    const { tokensPerStepVariance: variance, tokensPerStep } = this.model;
    const spread = variance === 0 ? 0 : Math.sqrt((left * variance) / tokensPerStep) * this.#events.normal();
    all.writtenTokens[slot] = (all.writtenTokens[slot] as number) + 1;
    all.startClock[slot] = this.#clock;
    all.finishClock[slot] = this.#clock + Math.max(left / 4, left + spread - this.#ownStallTokens);
    this.#stamps += 1;
    all.stamp[slot] = this.#stamps;
    this.#contextTokens += this.#ownTokens(slot);
    this.running += 1;
    this.#finishes.push(slot, all.finishClock[slot] as number);
    this.#startedSlots.push(slot);
    this.#startedStamps.push(this.#stamps);
    if (this.#startedSlots.length > 2 * this.running + 64) this.#forgetLeft();
  }

  #forgetLeft(): void {
    const kept = this.#startedSlots.map((slot, index) => this.#all.stamp[slot] === this.#startedStamps[index]);
    this.#startedSlots = this.#startedSlots.filter((_, index) => kept[index]);
    this.#startedStamps = this.#startedStamps.filter((_, index) => kept[index]);
  }

  #finishDecodes(seconds: number): void {
    while (this.#finishes.length > 0 && (this.#finishes.peekValue() as number) <= this.#clock + ROUNDING_TOKENS) {
      const clock = this.#finishes.peekValue() as number;
      const slot = this.#finishes.pop() as number;
      // A preempted sequence left its mark behind, and its slot may run here again under another finish.
      if (this.#all.stamp[slot] === 0 || this.#all.finishClock[slot] !== clock) continue;
      this.#leave(slot);
      this.#events.onFinished(slot, seconds);
    }
  }

  /** Takes a running sequence out. @returns tokens it wrote since it started here */
  #leave(slot: number): number {
    const written = this.#clock - (this.#all.startClock[slot] as number);
    this.#contextTokens -= this.#ownTokens(slot) + written;
    this.running -= 1;
    this.#all.stamp[slot] = 0;
    if (this.running === 0) this.#contextTokens = 0;
    return written;
  }

  /** When blocks run out the newest sequence gives its own back and starts over, as engines do. */
  #preemptWhileFull(): void {
    while (this.running > 1 && this.usedTokens >= this.model.cacheTokens - ROUNDING_TOKENS) {
      const slot = this.#startedSlots.pop();
      const stamp = this.#startedStamps.pop();
      if (slot === undefined) return;
      if (this.#all.stamp[slot] !== stamp) continue;
      const written = Math.floor(this.#leave(slot));
      const most = (this.#all.outputTokens[slot] as number) - 1;
      this.#all.writtenTokens[slot] = Math.min(most, (this.#all.writtenTokens[slot] as number) + written);
      this.#again.push(slot);
      this.#events.onPreempted();
    }
  }

  #plan(seconds: number): void {
    let next = this.#prefillUntil;
    if (this.running > 0) {
      const mean = this.#contextTokens / this.running;
      this.#secondsPerToken = this.model.decodeSeconds(this.running, mean);
      const share = this.#decodeShare(seconds);
      if (share > 0) {
        let target = Math.min(
          this.#clock + Math.max(REFRESH_TOKENS, mean * REFRESH_SHARE),
          this.#finishes.peekValue() ?? Number.POSITIVE_INFINITY,
        );
        if (this.running > 1) target = Math.min(target, this.#clock + (this.model.cacheTokens - this.usedTokens) / this.running);
        const left = Math.max(0, target - this.#clock);
        next = Math.min(next, seconds + Math.max((left * this.#secondsPerToken) / share, MINIMUM_SECONDS));
      } else if (seconds < this.#stalledUntil) next = Math.min(next, this.#stalledUntil);
    }
    if (this.model.role !== 'decode' && this.#prefilling.length === 0) {
      const slot = this.#peekWaiting();
      // What finds no room now is tried again when something leaves.
      if (slot >= 0 && this.#looksAt > seconds) next = Math.min(next, this.#looksAt);
    }
    this.nextSeconds = next;
  }
}

/** A nanosecond: no event may come at the moment it was planned in, or time would stand still. */
const MINIMUM_SECONDS = 1e-9;
