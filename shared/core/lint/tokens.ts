/** `{{args.…}}` in texts: where they stand, and what a text could be once they are filled in. */
import type { Argument } from '../resources/argo.ts';

export interface Token {
  readonly at: number;
  /** With its braces. */
  readonly written: string;
  /** Trimmed, without braces. */
  readonly name: string;
}

/** As Argo reads them: an opening `{{` reaches to the next `}}`, or to the end. */
export function tokensIn(text: string): readonly Token[] {
  return [...text.matchAll(/\{\{(.*?)(?:\}\}|$)/gs)].map(({ index, 0: written, 1: name = '' }) => ({
    at: index,
    written,
    name: name.trim(),
  }));
}

/** The argument that a token names; undefined when it names none. */
export function argumentOf({ name }: Token): string | undefined {
  return name.startsWith('args.') ? name.slice('args.'.length) : undefined;
}

/** The text with the arguments' own values; undefined while one of them has none. */
export function substituted(text: string, args: readonly Argument[]): string | undefined {
  const values = tokensIn(text).map((token) => {
    const name = argumentOf(token);
    return { token, value: args.find((arg) => arg.name === name)?.value };
  });
  if (values.some(({ value }) => value === undefined)) return undefined;
  return values.reduceRight((filled, { token, value = '' }) => spliced(filled, token, value), text);
}

/** The text with something of the same length in place of each token: what stands behind keeps its place. */
export function stoodInFor(text: string, standIn: (token: Token) => string): string {
  return tokensIn(text).reduce(
    (filled, token) =>
      spliced(filled, token, standIn(token).slice(0, token.written.length).padEnd(token.written.length)),
    text,
  );
}

function spliced(text: string, { at, written }: Token, value: string): string {
  return text.slice(0, at) + value + text.slice(at + written.length);
}
