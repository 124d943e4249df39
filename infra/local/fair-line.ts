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

  /** The next one; its lane is the last to come again. */
  take(): T | undefined {
    const next = this.#lanes.entries().next().value;
    if (next === undefined) return undefined;
    const [lane, items] = next;
    const item = items.shift();
    this.#lanes.delete(lane);
    if (items.length > 0) this.#lanes.set(lane, items);
    return item;
  }

  clear(): void {
    this.#lanes.clear();
  }
}
