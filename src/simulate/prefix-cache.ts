// Prefix cache: which blocks of earlier prompts a worker still holds, oldest use out first.
// In: hashes of a prompt's blocks, where each hash stands for the whole prefix up to its block. Out: how many lead it.

export class PrefixCache {
  /** In order of use, the most recent last. */
  readonly #blocks = new Set<number>();

  /** Leading blocks of a prompt that are held; using them makes them recent. */
  hits(blocks: Int32Array): number {
    let held = 0;
    while (held < blocks.length && this.#blocks.has(blocks[held] as number)) held += 1;
    for (let index = held - 1; index >= 0; index -= 1) this.#touch(blocks[index] as number);
    return held;
  }

  /** Holds a prompt's blocks, and lets the longest unused go beyond the room there is. */
  insert(blocks: Int32Array, roomBlocks: number): void {
    // From the end, so that a prefix outlives what follows it.
    for (let index = blocks.length - 1; index >= 0; index -= 1) this.#touch(blocks[index] as number);
    for (const oldest of this.#blocks) {
      if (this.#blocks.size <= roomBlocks) break;
      this.#blocks.delete(oldest);
    }
  }

  clear(): void {
    this.#blocks.clear();
  }

  #touch(block: number): void {
    this.#blocks.delete(block);
    this.#blocks.add(block);
  }
}
