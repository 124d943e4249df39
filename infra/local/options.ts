/** What `npm start --` takes. */
import { parseArgs } from 'node:util';
import { InvalidSpecError, messageOf } from '#core/errors.ts';

export interface StartOptions {
  /** End after the tour instead of staying up. */
  readonly exit: boolean;
  /** One JSON object a line on stdout. */
  readonly json: boolean;
  /** How many seconds of the stack's clock pass in one real second. */
  readonly speed: number;
  /** Where the stack keeps its data between starts. */
  readonly data: string;
  readonly help: boolean;
}

export const USAGE = `npm start -- [--exit] [--json] [--speed N] [--data DIR]

  --exit      end after the tour (exit code 0 only if every release ended as told)
  --json      one JSON object a line: each transition, then a summary
  --speed N   clock speed, 1 to 600 (default 60: a five-minute pause takes five seconds)
  --data DIR  where data is kept between starts (default .weir)
`;

/** @throws InvalidSpecError with the usage */
export function parseStartOptions(args: readonly string[]): StartOptions {
  const { values } = parsed(args);
  const speed = Number(values.speed ?? 60);
  if (!(speed >= 1 && speed <= 600)) {
    throw new InvalidSpecError(`--speed takes a number from 1 to 600, not "${values.speed}"\n\n${USAGE}`);
  }
  if (values.data === '') throw new InvalidSpecError(`--data takes a folder\n\n${USAGE}`);
  return {
    exit: values.exit ?? false,
    json: values.json ?? false,
    help: values.help ?? false,
    speed,
    data: values.data ?? '.weir',
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        exit: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
        speed: { type: 'string' },
        data: { type: 'string' },
      },
    });
  } catch (error) {
    throw new InvalidSpecError(`${messageOf(error)}\n\n${USAGE}`, { cause: error });
  }
}
