/** A line in lanes that take turns: a long one does not hold up the others. Within a lane first come, first served. */
export class FairLine<T> {
  readonly #lanes = new Map<string, T[]>();

  get length(): number {
    return [...this.#lanes.values()].reduce((sum, items) => sum + items.length, 0);
  }

  push(item: T, lane = ''): void {
    const items = this.#lanes.get(lane);
    if (items === undefined) this.#lanes.set(lane, [item]);
    else items.push(item);
  }

  /** The next one of the lanes that are free; its lane is the last to come again. */
  take(isFree: (lane: string) => boolean = () => true): T | undefined {
    for (const [lane, items] of this.#lanes) {
      if (!isFree(lane)) continue;
      const item = items.shift();
      this.#lanes.delete(lane);
      if (items.length > 0) this.#lanes.set(lane, items);
      return item;
    }
    return undefined;
  }

  clear(): void {
    this.#lanes.clear();
  }
}
