// What is in flight: counted as requests come and go, with its mean over a window. Little's law is checked against it.
// In: changes with their moments. Out: the number now, the most there was, the mean between two marks.

export class InFlight {
  now = 0;
  most = 0;
  #last = 0;
  #sum = 0;
  readonly #marks: { readonly seconds: number; readonly sum: number }[] = [];

  /** @param by - 1 or -1 */
  change(seconds: number, by: 1 | -1): void {
    this.#advance(seconds);
    this.now += by;
    this.most = Math.max(this.most, this.now);
  }

  /** Remembers the sum at a moment, so that a window can begin or end there. */
  mark(seconds: number): void {
    this.#marks.push({ seconds, sum: this.#sum + this.now * (seconds - this.#last) });
  }

  /** Both ends must have been marked; 0 for a window of no length. */
  meanBetween(fromSeconds: number, toSeconds: number): number {
    const at = (seconds: number) => this.#marks.find((mark) => mark.seconds === seconds)?.sum ?? 0;
    return toSeconds <= fromSeconds ? 0 : (at(toSeconds) - at(fromSeconds)) / (toSeconds - fromSeconds);
  }

  #advance(seconds: number): void {
    // Moments of two clocks reads may come a hair out of order.
    const at = Math.max(seconds, this.#last);
    this.#sum += this.now * (at - this.#last);
    this.#last = at;
  }
}
