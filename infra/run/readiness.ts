/** Is this process doing its work, and if not, why: what /readyz answers. */

export class Readiness {
  readonly #checks = new Map<string, () => readonly string[]>();
  readonly #reasons = new Map<string, readonly string[]>();

  /** A part that is asked each time. */
  ask(part: string, reasons: () => readonly string[]): void {
    this.#checks.set(part, reasons);
  }

  /** A part that says it when it changes. */
  set(part: string, ...reasons: readonly string[]): void {
    this.#reasons.set(part, reasons);
  }

  reasons(): readonly string[] {
    return [...[...this.#reasons.values()].flat(), ...[...this.#checks.values()].flatMap((check) => check())];
  }
}
