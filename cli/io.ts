/** Where a verb reads and writes: the process, or a test. */
import { styleText } from 'node:util';
import { stringify } from 'yaml';
import type { Paint } from '#core/messages/tree/render.ts';

export interface Io {
  print(text: string): void;
  error(text: string): void;
  readonly paint: Paint;
  /** Is a person looking, at a terminal that takes escape sequences? Then a watch redraws the screen. */
  readonly isTerminal: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const PAINT: Readonly<Record<string, 'green' | 'yellow' | 'red' | 'blueBright'>> = {
  green: 'green',
  yellow: 'yellow',
  red: 'red',
  blue: 'blueBright',
};

/** NO_COLOR asks for no escape sequences at all; a dumb terminal knows none. */
export function canRedraw({ isTTY }: Pick<NodeJS.WriteStream, 'isTTY'>): boolean {
  return isTTY && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';
}

/** No colours when stdout is no terminal or NO_COLOR is set. */
export function processIo(): Io {
  const isTerminal = canRedraw(process.stdout);
  return {
    print: (text) => void process.stdout.write(`${text}\n`),
    error: (text) => void process.stderr.write(`${text}\n`),
    paint: isTerminal ? paintText : (_colour, text) => text,
    isTerminal,
    environment: process.env,
  };
}

export const paintText: Paint = (colour, text) => {
  const style = PAINT[colour];
  return style === undefined ? text : styleText(style, text, { validateStream: false });
};

/** `-o json` and `-o yaml`. @returns undefined for the human form */
export function formatted(output: string | undefined, value: object): string | undefined {
  if (output === 'json') return JSON.stringify(value, undefined, 2);
  if (output === 'yaml') return stringify(JSON.parse(JSON.stringify(value))).trimEnd();
  return undefined;
}
