/** What happened in a test, line by line: measurements, and changes of the Rollout and of runs. */
import type { Millis } from '../time.ts';
import { factsAt, type RolloutFacts, type RunFacts } from './facts.ts';
import type { Trace } from './trace.ts';

export interface TimelineEntry {
  readonly at: Millis;
  readonly what: string;
  readonly text: string;
}

/** In the order of time; at one instant measurements come before what they lead to. */
export function timelineOf(trace: Trace): readonly TimelineEntry[] {
  const measured = trace.measured.map(({ at, metric, measurement: { phase, value, message } }) => {
    const text = [value, phase, message].filter((part) => part !== undefined && part !== '').join('  ');
    return { at, what: metric, text };
  });
  return [...measured, ...changes(trace)].toSorted((a, b) => a.at - b.at);
}

function changes(trace: Trace): readonly TimelineEntry[] {
  const states = trace.frames.map(({ at, world }) => ({ at, ...stateOf(factsAt(trace, at, world)) }));
  return states.flatMap(({ at, what, text, runs }, index) => {
    const before = states[index - 1];
    const changed = before?.text === text ? [] : [{ at, what, text }];
    const runLines = Object.entries(runs).filter(([name, phase]) => before?.runs[name] !== phase);
    return [...runLines.map(([name, phase]) => ({ at, what: `${name} analysis`, text: phase })), ...changed];
  });
}

interface State {
  readonly what: string;
  readonly text: string;
  readonly runs: Readonly<Record<string, string>>;
}

function stateOf(facts: RunFacts | RolloutFacts): State {
  if ('metrics' in facts) return { what: 'run', text: lineOf([facts.phase, facts.message]), runs: {} };
  const { step, weight, active, preview, pods, phase, message } = facts;
  const place = [
    step === undefined ? '' : `step ${step}`,
    weight === undefined ? '' : `weight ${weight}`,
    active === undefined ? '' : `active ${active}`,
    preview === undefined ? '' : `preview ${preview}`,
    `pods ${pods.updated} updated, ${pods.other} other, ${pods.available} available`,
  ];
  const runs = Object.entries(facts.analysis).map(([name, run]) => [name, lineOf([run.phase, run.message])]);
  return { what: 'rollout', text: lineOf([phase, ...place, message]), runs: Object.fromEntries(runs) };
}

function lineOf(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('  ');
}
