/** The functions this source knows; every other one is an error that names it. */
import { SECOND } from '#core/time.ts';
import { averageOf, maximumOf, minimumOf, sumOf } from './aggregate.ts';
import type { Expression, PromqlFunction } from './expression.ts';
import { histogramQuantile } from './histogram-quantile.ts';
import { METRIC_NAME, type Labels } from './labels.ts';
import { delta, increase, irate, rate } from './rate.ts';
import { elementsOf, numberOf, scalar, vector, windowsOf, withoutName, type ValueType, type Window } from './value.ts';

const FUNCTIONS: Readonly<Record<string, PromqlFunction>> = {
  rate: ofWindow(rate),
  increase: ofWindow(increase),
  delta: ofWindow(delta),
  irate: ofWindow(irate),
  avg_over_time: ofValues(averageOf),
  min_over_time: ofValues(minimumOf),
  max_over_time: ofValues(maximumOf),
  sum_over_time: ofValues(sumOf),
  count_over_time: ofValues((values) => values.length),
  abs: ofElement(0, Math.abs),
  ceil: ofElement(0, Math.ceil),
  floor: ofElement(0, Math.floor),
  round: { ...ofElement(1, round), optional: 1 },
  clamp: ofElement(2, (value, low, high) => (high < low ? undefined : Math.max(low, Math.min(high, value)))),
  clamp_min: ofElement(1, (value, low) => Math.max(value, low)),
  clamp_max: ofElement(1, (value, high) => Math.min(value, high)),
  histogram_quantile: {
    parameters: ['scalar', 'instant vector'],
    returns: 'instant vector',
    call: ([quantile, buckets]) => vector(histogramQuantile(numberOf(quantile), elementsOf(buckets))),
  },
  absent: {
    parameters: ['instant vector'],
    returns: 'instant vector',
    call: ([found], _at, [written]) =>
      vector(elementsOf(found).length > 0 ? [] : [{ labels: labelsAskedFor(written), value: 1 }]),
  },
  scalar: {
    parameters: ['instant vector'],
    returns: 'scalar',
    call: ([from]) => {
      const [only, ...more] = elementsOf(from);
      return scalar(more.length > 0 ? Number.NaN : (only?.value ?? Number.NaN));
    },
  },
  vector: {
    parameters: ['scalar'],
    returns: 'instant vector',
    call: ([from]) => vector([{ labels: {}, value: numberOf(from) }]),
  },
  time: { parameters: [], returns: 'scalar', call: (_args, at) => scalar(at / SECOND) },
};

export function functionNamed(name: string): PromqlFunction | undefined {
  return Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
}

/** @param compute undefined leaves the series out */
function ofWindow(compute: (window: Window) => number | undefined): PromqlFunction {
  return {
    parameters: ['range vector'],
    returns: 'instant vector',
    call: ([windows]) =>
      vector(
        withoutName(
          windowsOf(windows).flatMap((window) => {
            const value = compute(window);
            return value === undefined ? [] : [{ labels: window.labels, value }];
          }),
        ),
      ),
  };
}

function ofValues(compute: (values: readonly number[]) => number): PromqlFunction {
  return ofWindow(({ points }) => compute(points.map((point) => point.value)));
}

/** @param numbers how many scalars follow the vector */
function ofElement(
  numbers: number,
  compute: (value: number, a: number, b: number) => number | undefined,
): PromqlFunction {
  return {
    parameters: ['instant vector', ...Array<ValueType>(numbers).fill('scalar')],
    returns: 'instant vector',
    call: ([elements, ...rest]) => {
      const [a = Number.NaN, b = Number.NaN] = rest.map(numberOf);
      return vector(
        withoutName(
          elementsOf(elements).flatMap(({ labels, value }) => {
            const computed = compute(value, a, b);
            return computed === undefined ? [] : [{ labels, value: computed }];
          }),
        ),
      );
    },
  };
}

/** Half a step is rounded up. @param step NaN when it was left out */
function round(value: number, step: number): number {
  const perStep = 1 / (Number.isNaN(step) ? 1 : step);
  return Math.floor(value * perStep + 0.5) / perStep;
}

/** Of a selector, the labels for which it asks one value only. */
function labelsAskedFor(written: Expression | undefined): Labels {
  if (written?.kind !== 'selector') return {};
  const byName = Map.groupBy(written.matchers, (matcher) => matcher.name);
  const asked = [...byName.values()].flatMap(([matcher, ...more]) =>
    matcher?.operator === '=' && more.length === 0 && matcher.name !== METRIC_NAME ? [matcher] : [],
  );
  return Object.fromEntries(asked.map(({ name, value }) => [name, value]));
}
