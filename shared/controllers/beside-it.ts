/** Something of interest asked beside something that counts: it never fails it, and hardly ever delays it. */
import type { Reading } from '#core/analysis/reading.ts';
import { messageOf } from '#core/errors.ts';
import { SECOND, type Millis } from '#core/time.ts';

/** How long an answer of interest is waited for when the one that counts is there. */
const GRACE: Millis = SECOND;

export interface BothAnswers<Own> {
  readonly own: Own;
  readonly other: Reading | undefined;
}

/** Both begin at once. @throws what `ask` throws; never because of `askOther` */
export async function besideIt<Own>(
  ask: () => Promise<Own>,
  askOther: (signal: AbortSignal) => Promise<Reading | undefined>,
  grace: Millis = GRACE,
): Promise<BothAnswers<Own>> {
  const stop = new AbortController();
  const asked = settled(() => askOther(stop.signal));
  try {
    const own = await ask();
    return { own, other: await within(grace, asked) };
  } finally {
    stop.abort();
  }
}

async function settled(ask: () => Promise<Reading | undefined>): Promise<Reading | undefined> {
  try {
    return await ask();
  } catch (error) {
    return { kind: 'error', message: messageOf(error) };
  }
}

async function within(grace: Millis, asked: Promise<Reading | undefined>): Promise<Reading | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Reading>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'error', message: 'no answer in time' }), grace);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
