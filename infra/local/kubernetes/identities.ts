/** Uids and name suffixes from a seed and a counter: two runs with one seed give the same ones. */
import { createHash } from 'node:crypto';

/** Kubernetes' alphabet for generated names: no vowels, so no words. */
const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;

export class Identities {
  readonly #seed: string;
  #counter: number;

  constructor(seed: string, counter = 0) {
    this.#seed = seed;
    this.#counter = counter;
  }

  get counter(): number {
    return this.#counter;
  }

  /** A UUID of version 4 in shape. */
  uid(): string {
    const hex = this.#next().toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }

  suffix(): string {
    return [...this.#next().subarray(0, SUFFIX_LENGTH)]
      .map((byte) => SUFFIX_ALPHABET.charAt(byte % SUFFIX_ALPHABET.length))
      .join('');
  }

  #next(): Buffer {
    this.#counter += 1;
    return createHash('sha256').update(`${this.#seed}:${this.#counter}`).digest();
  }
}
