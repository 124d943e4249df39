/** Things that come one by one, read at the reader's pace, until the end is put in. */
export class Inbox<T> {
  readonly #waiting: T[] = [];
  #hasEnded = false;
  #wake: () => void = () => undefined;

  /** Without effect after the end. */
  put(item: T): void {
    if (this.#hasEnded) return;
    this.#waiting.push(item);
    this.#wake();
  }

  end(): void {
    this.#hasEnded = true;
    this.#wake();
  }

  /** What has come and will come; for one reader. */
  async *items(): AsyncGenerator<T, void> {
    for (;;) {
      for (let item = this.#waiting.shift(); item !== undefined; item = this.#waiting.shift()) yield item;
      if (this.#hasEnded) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }
}
