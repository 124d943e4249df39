/** All tests of a file, each by itself: a test that cannot be run does not keep the others from it. */
import { CaseProblem, type Manifests, type TestCase } from '#core/template-test/test-case.ts';
import { runTestCase } from '#core/template-test/run-test-case.ts';
import type { Failure } from '#core/template-test/check.ts';
import type { TimelineEntry } from '#core/template-test/timeline.ts';
import { loadFile } from './read-file.ts';
import { FileProblem, type Place, type Source } from './source.ts';

export interface TestOutcome {
  readonly file: string;
  readonly name: string;
  readonly place: Place;
  /** How long the test took. */
  readonly milliseconds: number;
  readonly failures: readonly PlacedFailure[];
  /** Up to the latest failure; empty when there is none. */
  readonly timeline: readonly TimelineEntry[];
}

export interface PlacedFailure extends Failure {
  readonly place: Place;
}

export interface FileOutcome {
  readonly file: string;
  readonly tests: readonly TestOutcome[];
  readonly problems: readonly FileProblem[];
}

/** @param filter a part of the names of the tests to run; empty: all */
export function runFile(file: string, filter: string): FileOutcome {
  try {
    const loaded = loadFile(file);
    if ('problems' in loaded) return { file, tests: [], problems: loaded.problems };
    const { source, manifests } = loaded;
    const numbered = loaded.tests.map((testCase, index) => ({ testCase, index }));
    const chosen = numbered.filter(({ testCase }) => testCase.name.includes(filter));
    const outcomes = chosen.map(({ testCase, index }) => runCase(testCase, manifests, source, index));
    const problems = outcomes.filter((outcome) => outcome instanceof FileProblem);
    const tests = outcomes.filter((outcome): outcome is TestOutcome => !(outcome instanceof FileProblem));
    return { file, tests, problems };
  } catch (error) {
    if (error instanceof FileProblem) return { file, tests: [], problems: [error] };
    throw error;
  }
}

function runCase(testCase: TestCase, manifests: Manifests, source: Source, index: number): TestOutcome | FileProblem {
  const before = performance.now();
  try {
    const result = runTestCase(testCase, manifests);
    const milliseconds = performance.now() - before;
    const failures = result.failures.map((failure) => ({
      ...failure,
      place: source.placeOf(['tests', index, ...failure.path]),
    }));
    const until = Math.max(...failures.map(({ at }) => at));
    const timeline = failures.length === 0 ? [] : result.timeline().filter(({ at }) => at <= until + 999);
    const { name } = testCase;
    return { file: source.file, name, place: source.placeOf(['tests', index]), milliseconds, failures, timeline };
  } catch (error) {
    if (!(error instanceof CaseProblem)) throw error;
    return source.problem(['tests', index, ...error.path], `test "${testCase.name}": ${error.message}`, error);
  }
}
