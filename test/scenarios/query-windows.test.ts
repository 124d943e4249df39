import { afterEach, describe, expect, it } from '@jest/globals';
import type { JsonValue } from '#core/json.ts';
import { MINUTE, SECOND } from '#core/time.ts';
import { answering, type AnsweringProviders } from '../support/answering.ts';
import { CANARY, SUCCESS_RATE } from '../support/manifests.ts';
import { World } from '../support/world.ts';

let world: World;
let source: AnsweringProviders;

afterEach(() => world.stop());

async function givenRelease(query: string): Promise<void> {
  world = new World({
    providers: (_cluster, clock) => {
      source = answering(() => 0.99, clock);
      return source.providers;
    },
  });
  const template = SUCCESS_RATE.replace(`'up{service="{{args.service-name}}"}'`, `'${query}'`);
  await world.apply(template, CANARY);
  await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
  await world.setImage('my-app:v3');
}

/** The release of the second version. */
const newest = async () => (await world.releases()).find(({ revision }) => revision === 2);
const transitions = async () => world.transitions(await newest());
const step = async () => (await world.rollout()).status?.currentStepIndex;

/** Seconds that the last query looked back. */
function lookedBack(): number {
  return Number(/\[(\d+)s\]/.exec(source.asked.at(-1)?.query ?? '')?.[1]);
}

/** Seconds between the beginning, as history knows it, and the last query. */
async function sinceTransition(which: (message: string) => boolean): Promise<number> {
  const at = (await transitions()).findLast(({ message }) => which(message))?.at ?? 0;
  return ((source.asked.at(-1)?.at ?? 0) - at) / SECOND;
}

function lengthOf(window: JsonValue | undefined): number {
  const { from = '', to = '' } = (window ?? {}) as { from?: string; to?: string };
  return Date.parse(to) - Date.parse(from);
}

describe('given a query that looks back to the start of the step', () => {
  it('when it is measured in the first pause and in the next, then it never reaches the step before', async () => {
    await givenRelease('increase(errors_total[{{weir.sinceStepStart}}])');
    for (const index of [3, 5]) {
      await world.until(`step ${index}`, async () => (await step()) === index);
      await world.passes(4 * MINUTE);
      const since = await sinceTransition((message) => message.startsWith(`Step ${index}/8 completed`));
      expect(lookedBack()).toBe(Math.floor(since));
      expect(lookedBack()).toBeGreaterThan(170);
    }
  });

  it('when a step has only just begun, then it looks back a second, not nothing', async () => {
    await givenRelease('increase(errors_total[{{ weir.sinceStepStart }}])');
    await world.until('the first measurement', () => source.asked.length > 0);
    expect(lookedBack()).toBeGreaterThanOrEqual(1);
    expect(lookedBack()).toBeLessThan(10);
  });

  it('when its run is recorded, then history tells the query and the window of each measurement', async () => {
    await givenRelease('increase(errors_total[{{weir.sinceStepStart}}])');
    await world.until('step 3', async () => (await step()) === 3);
    await world.passes(4 * MINUTE);
    const measured = (await transitions()).filter(({ type }) => type === 'measured');
    const last = measured.at(-1)?.details;
    const seconds = lookedBack();
    expect(last?.['query']).toBe(`increase(errors_total[${seconds}s])`);
    expect(lengthOf(last?.['window'])).toBe(seconds * SECOND);
  });
});

describe('given a query that looks back to the start of the update', () => {
  it('when it is measured in the last step, then it reaches back to the beginning of the release', async () => {
    await givenRelease('increase(errors_total[{{weir.sinceUpdate}}])');
    await world.until('80 %', async () => (await step()) === 7);
    await world.passes(2 * MINUTE);
    const since = ((source.asked.at(-1)?.at ?? 0) - ((await newest())?.startedAt ?? 0)) / SECOND;
    expect(lookedBack()).toBe(Math.floor(since));
  });

  it('when the release is aborted and retried, then it reaches back to the retry', async () => {
    await givenRelease('increase(errors_total[{{weir.sinceUpdate}}])');
    await world.until('80 %', async () => (await step()) === 7);
    await world.order('abort');
    await world.passes(10 * MINUTE);
    await world.order('retry');
    await world.until('40 %', async () => (await step()) === 3);
    await world.passes(90 * SECOND);
    const since = await sinceTransition((message) => message === 'The abort was lifted');
    expect(lookedBack()).toBe(Math.floor(since));
  });
});

describe('given a variable that does not exist', () => {
  it('when a release is made, then it is refused as an unknown argument is', async () => {
    world = new World();
    await world.apply(SUCCESS_RATE.replace('args.service-name', 'weir.sinceForever'), CANARY);
    await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
    await world.setImage('my-app:v3');
    await world.until('the abort', async () => (await newest())?.outcome === 'aborted');
    expect((await newest())?.reason).toContain('failed to resolve {{weir.sinceForever}}');
  });
});
