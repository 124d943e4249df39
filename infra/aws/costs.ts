/**
 * What Weir costs on AWS: list prices of us-east-1 (2026-11, arm64, no free tier) times what a pass, a tick and an event
 * use. The uses are counted from the code, and rounded up where they vary.
 */
import { MINUTE, SECOND, type Millis } from '#core/time.ts';

/** US dollars. */
export const PRICES = {
  lambdaRequest: 0.2 / 1e6,
  lambdaGbSecond: 0.0000133334,
  sqsRequest: 0.4 / 1e6,
  dynamodbWrite: 0.625 / 1e6,
  dynamodbRead: 0.125 / 1e6,
  event: 1 / 1e6,
  logGb: 0.5,
  secretMonth: 0.4,
  alarmMonth: 0.1,
  natMonth: 32.85,
} as const;

const MONTH: Millis = 730 * 60 * MINUTE;
const MEMORY_GB = 0.5;

/** One call of a function with what it asks of other services. */
interface Use {
  readonly seconds: number;
  readonly sqs: number;
  readonly writes: number;
  readonly reads: number;
  readonly events: number;
  readonly logBytes: number;
}

/** Claim and release of the ticket; record, file and told of the history; one transition put on the bus. */
const PASS: Use = { seconds: 0.15, sqs: 3, writes: 8, reads: 4, events: 1, logBytes: 500 };
/** A transition told: sent-record, and the card's place. */
const NOTIFICATION: Use = { seconds: 0.1, sqs: 3, writes: 2, reads: 4, events: 0, logBytes: 300 };

function price({ seconds, sqs, writes, reads, events, logBytes }: Use): number {
  return (
    PRICES.lambdaRequest +
    seconds * MEMORY_GB * PRICES.lambdaGbSecond +
    sqs * PRICES.sqsRequest +
    writes * PRICES.dynamodbWrite +
    reads * PRICES.dynamodbRead +
    events * PRICES.event +
    (logBytes / 1e9) * PRICES.logGb
  );
}

export interface Release {
  readonly length: Millis;
  /** How often its analysis measures. */
  readonly interval: Millis;
}

/** Passes of the Rollout itself: each of eight steps acts, waits for pods, and is seen to be done. */
const ROLLOUT_PASSES = 24;

/** Dollars for a thousand releases with one AnalysisRun each. */
export function perThousandReleases({ length, interval }: Release): number {
  const passes = ROLLOUT_PASSES + length / interval;
  return 1_000 * passes * (price(PASS) + price(NOTIFICATION));
}

export interface Site {
  readonly clusters: number;
  readonly watchSeconds: number;
  readonly nat: boolean;
}

/** Lambda asks each of three queues with five pollers that wait for 20 s. */
const POLLS_PER_MONTH = (3 * 5 * MONTH) / (20 * SECOND);
const SECRETS = 6;
const ALARMS = 15;

/** Dollars a month for a stack that nobody releases with. */
export function fixedPerMonth({ clusters, watchSeconds, nat }: Site): number {
  const ticks = MONTH / MINUTE;
  const tick: Use = {
    seconds: watchSeconds + 0.3,
    sqs: 0,
    writes: 2 * clusters,
    reads: 4 + 9 * clusters,
    events: 0,
    logBytes: 200,
  };
  return (
    ticks * price(tick) +
    POLLS_PER_MONTH * PRICES.sqsRequest +
    SECRETS * PRICES.secretMonth +
    (ALARMS + clusters) * PRICES.alarmMonth +
    (nat ? PRICES.natMonth : 0)
  );
}

/** Two controller pods of 0.1 vCPU and 256 MiB each, per cluster: on nodes that are there anyway, and on Fargate's smallest. */
export const TWO_PODS_PER_MONTH = { from: 17.5, to: 21 } as const;

/** The rows of docs/operations.md. */
export function costTable(): string {
  const money = (dollars: number) => `$${dollars.toFixed(2)}`;
  const releases = [10, 30, 60, 300].map((seconds) => {
    const cost = perThousandReleases({ length: 30 * MINUTE, interval: seconds * SECOND });
    return `| 1,000 releases of 30 minutes, measured every ${seconds} s | ${money(cost)} |`;
  });
  const fixed = [
    { clusters: 1, watchSeconds: 1, nat: false },
    { clusters: 1, watchSeconds: 10, nat: false },
    { clusters: 1, watchSeconds: 55, nat: false },
    { clusters: 10, watchSeconds: 1, nat: false },
    { clusters: 1, watchSeconds: 1, nat: true },
  ].map((site) => {
    const what = `${site.clusters} cluster${site.clusters === 1 ? '' : 's'}, watchSeconds ${site.watchSeconds}`;
    return `| a month, ${what}${site.nat ? ', with a NAT gateway' : ''} | ${money(fixedPerMonth(site))} |`;
  });
  const pods = `| two controller pods, a month and cluster | $${TWO_PODS_PER_MONTH.from.toFixed(2)}–${TWO_PODS_PER_MONTH.to.toFixed(2)} |`;
  return ['| What | List price |', '|---|---|', ...releases, ...fixed, pods].join('\n');
}
