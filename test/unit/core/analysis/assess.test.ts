import { describe, expect, it } from '@jest/globals';
import { assessRun } from '#core/analysis/assess.ts';
import { planMeasurements } from '#core/analysis/measure.ts';
import { aMetric, aRun, at, measured, plan, reconciled, snapshot, stamp, taken, verdict } from './builders.ts';

const FOREVER = aMetric({ interval: '10s' });

describe('given a first pass, when the run is assessed', () => {
  it('given it is over at once, then it has begun and ended, with both summaries and both events', () => {
    expect(assessRun(snapshot(aRun(), 1.5, { m: verdict('Successful') }))).toEqual({
      actions: [],
      events: [
        { type: 'Normal', reason: 'MetricSuccessful', message: "Metric 'm' Completed. Result: Successful" },
        { type: 'Normal', reason: 'AnalysisRunSuccessful', message: 'Analysis Completed. Result: Successful' },
      ],
      status: {
        phase: 'Successful',
        startedAt: stamp(1),
        completedAt: stamp(1),
        runSummary: { count: 1, successful: 1 },
        dryRunSummary: {},
        metricResults: [
          {
            name: 'm',
            phase: 'Successful',
            count: 1,
            successful: 1,
            consecutiveSuccess: 1,
            measurements: [measured('Successful', 1)],
          },
        ],
      },
    });
  });

  it('given nothing is due, then it has begun all the same', () => {
    expect(assessRun(snapshot(aRun({ metrics: [aMetric({ initialDelay: '30s' })] }), 0))).toEqual({
      actions: [],
      events: [],
      requeueAfter: 30_000,
      status: { phase: 'Running', startedAt: stamp(0), runSummary: { count: 1 }, dryRunSummary: {} },
    });
  });

  it('given a failure, then its events are warnings', () => {
    const { events } = assessRun(snapshot(aRun(), 0, { m: verdict('Failed') }));
    expect(events.map(({ type, reason }) => `${type} ${reason}`)).toEqual([
      'Warning MetricFailed',
      'Warning AnalysisRunFailed',
    ]);
  });
});

describe('given a later pass, when the run is assessed', () => {
  it('given nothing happened, then there is no status to write', () => {
    const running = reconciled(aRun({ metrics: [FOREVER] }), 0, { m: verdict('Successful') });
    expect(assessRun(snapshot(running, 4))).toEqual({ actions: [], events: [], requeueAfter: 6000 });
  });

  it('given the very end of an interval, then nothing is due yet, and the next look is just after it', () => {
    const running = reconciled(aRun({ metrics: [FOREVER] }), 0, { m: verdict('Successful') });
    expect(assessRun(snapshot(running, 10))).toEqual({ actions: [], events: [], requeueAfter: 1 });
  });

  it('given a task that nobody answered, then the next look is at once', () => {
    expect(assessRun(snapshot(aRun(), 0))).toMatchObject({ requeueAfter: 1, status: { phase: 'Running' } });
  });

  it('given the phase stays, then the message stays', () => {
    const run = aRun({ metrics: [FOREVER] }, { phase: 'Running', message: 'from before' });
    expect(assessRun(snapshot(run, 0, { m: verdict('Successful') })).status?.message).toBe('from before');
  });

  it('given the phase changes to one without message, then the old message goes', () => {
    const run = aRun({}, { phase: 'Running', message: 'from before' });
    expect(assessRun(snapshot(run, 0, { m: verdict('Successful') })).status).not.toHaveProperty('message');
  });

  it('given fields of the status that nobody here knows, then they stay', () => {
    const run = aRun({}, { phase: 'Running', extra: 'kept' } as object);
    expect(assessRun(snapshot(run, 0, { m: verdict('Successful') })).status).toHaveProperty('extra', 'kept');
  });

  it('given eleven measurements, then ten are kept, and all are counted', () => {
    let run = aRun({ metrics: [FOREVER] });
    for (let pass = 0; pass < 11; pass++) run = reconciled(run, pass * 11, { m: verdict('Successful') });
    expect(run.status?.metricResults).toMatchObject([
      { count: 11, measurements: { length: 10, 0: { startedAt: stamp(11) } } },
    ]);
  });

  it('given a result of a metric that is gone, then it is not trimmed', () => {
    const measurements = Array.from({ length: 12 }, (_, second) => measured('Successful', second));
    const run = aRun({}, { metricResults: [{ name: 'gone', phase: 'Successful', measurements }] });
    const { status } = assessRun(snapshot(run, 20, { m: verdict('Successful') }));
    expect(status?.metricResults?.[0]?.measurements).toHaveLength(12);
  });
});

describe('given a metric that fails while another is open, when the run is assessed', () => {
  const metrics = ['a', 'b'].map((name) => aMetric({ ...FOREVER, name }));
  const cut = reconciled(aRun({ metrics }), 0, { a: verdict('Failed'), b: verdict('Successful') });

  it('then the run is still Running, without message', () => {
    expect(cut.status).toMatchObject({ phase: 'Running', metricResults: [{ phase: 'Failed' }, { phase: 'Running' }] });
    expect(cut.status).not.toHaveProperty('message');
  });

  it('then each completion is told once', () => {
    const { events } = assessRun(snapshot(cut, 1));
    expect(events.map(({ message }) => message)).toEqual([
      "Metric 'b' Completed. Result: Successful",
      'Analysis Completed. Result: Failed',
    ]);
  });

  it('then the next pass ends it, and the open metric with it', () => {
    expect(reconciled(cut, 1).status).toMatchObject({
      phase: 'Failed',
      message: 'Metric "a" assessed Failed due to failed (1) > failureLimit (0)',
      metricResults: [{ phase: 'Failed' }, { phase: 'Successful' }],
      runSummary: { count: 2, failed: 1, successful: 1 },
    });
  });
});

describe('given a run whose spec is wrong, when it is assessed', () => {
  const run = aRun({ metrics: [] }, { phase: 'Running', startedAt: stamp(0), runSummary: { count: 1 } });

  it('then it is Error at once, and nothing else is set', () => {
    const planned = planMeasurements(run, new Map(), at(9));
    expect(assessRun({ now: at(9), run, plan: planned, readings: [] })).toEqual({
      actions: [],
      events: [{ type: 'Warning', reason: 'AnalysisRunError', message: 'Analysis Completed. Result: Error' }],
      status: { ...run.status, phase: 'Error', message: 'Analysis spec invalid: no metrics specified' },
    });
  });
});

describe('given a run that is over or going away, when it is assessed', () => {
  const done = aRun({ ttlStrategy: { secondsAfterFailure: 10 } }, { phase: 'Failed', completedAt: stamp(0) });

  it('given its time has not come, then nothing is done, also when it is asked to terminate', () => {
    const terminated = { ...done, spec: { ...done.spec, terminate: true } };
    expect(assessRun(snapshot(terminated, 10))).toEqual({ actions: [], events: [] });
  });

  it('given its time has come, then it is deleted', () => {
    const object = { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', namespace: 'shop', name: 'run' };
    const decision = assessRun(snapshot(done, 11));
    expect(decision).toMatchObject({ actions: [{ type: 'delete', object }], events: [] });
    expect(decision).not.toHaveProperty('status');
  });

  it('given it is being deleted, then it is left alone', () => {
    const going = { ...aRun(), metadata: { ...aRun().metadata, deletionTimestamp: stamp(0) } };
    expect(assessRun(snapshot(going, 1))).toEqual({ actions: [], events: [] });
  });
});

describe('given an alert that asks to evaluate now, when the readings are judged', () => {
  const running = reconciled(aRun({ metrics: [aMetric({ interval: '1h', count: 3 })] }), 0, {
    m: verdict('Successful'),
  });
  const asked = plan(running, at(5), { onDemand: true });

  it('given a failure, then the run fails as usual', () => {
    const readings = asked.tasks.map((task) => taken(task, verdict('Failed')));
    expect(assessRun({ now: at(5), run: running, plan: asked, readings }).status).toMatchObject({ phase: 'Failed' });
  });

  it('given a success, then it is recorded and counts', () => {
    const readings = asked.tasks.map((task) => taken(task, verdict('Successful')));
    expect(assessRun({ now: at(5), run: running, plan: asked, readings }).status).toMatchObject({
      phase: 'Running',
      metricResults: [{ count: 2, measurements: { length: 2 } }],
    });
  });
});
