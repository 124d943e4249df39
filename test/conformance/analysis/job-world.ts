/** Jobs of a cluster as far as an example needs them, and a reader of job metrics over them. analysis §18.11. */
import type { MeasurementTask, Reading } from '#core/analysis/reading.ts';
import type { RunStep } from './examples.ts';

interface Job {
  readonly name: string;
  readonly metric: string;
  condition?: string;
  waiting?: string;
}

export class JobWorld {
  #jobs: Job[] = [];
  #writes: string[] = [];

  get names(): readonly string[] {
    return this.#jobs.map(({ name }) => name);
  }

  takeWrites(): readonly string[] {
    const writes = this.#writes;
    this.#writes = [];
    return writes;
  }

  /** What happened to the Jobs since the last step. */
  apply({ job = {}, pod = {}, dropJob = [] }: RunStep): void {
    for (const entry of this.#jobs) {
      if (job[entry.metric] !== undefined) entry.condition = job[entry.metric]!;
      if (pod[entry.metric] !== undefined) entry.waiting = pod[entry.metric]!;
    }
    const dropped = [dropJob].flat();
    this.#jobs = this.#jobs.filter(({ metric }) => !dropped.includes(metric));
  }

  read(task: MeasurementTask): Reading {
    switch (task.operation) {
      case 'run':
        return this.#run(task);
      case 'resume':
        return this.#resume(task);
      case 'terminate':
        return this.#terminate(task);
    }
  }

  #run({ run, metric, now }: MeasurementTask): Reading {
    const result = run.status?.metricResults?.find(({ name }) => name === metric.name);
    const name = `${run.metadata.uid}.${metric.name}.${(result?.count ?? 0) + (result?.error ?? 0) + 1}`;
    this.#jobs.push({ name, metric: metric.name });
    this.#writes.push('create jobs');
    const metadata = { 'job-name': name, 'job-namespace': run.metadata.namespace };
    return { kind: 'pending', resumeAt: now, metadata };
  }

  #resume({ measurement, now }: MeasurementTask): Reading {
    const metadata = measurement?.metadata ?? {};
    const name = metadata['job-name'];
    const job = this.#jobs.find((entry) => entry.name === name);
    if (job === undefined) return { kind: 'error', message: `job.batch "${name}" not found` };
    if (job.condition === 'Complete') return { kind: 'verdict', phase: 'Successful' };
    if (job.condition === 'Failed') return { kind: 'verdict', phase: 'Failed' };
    if (job.waiting !== undefined) {
      const message = `Pod pod-of-${job.metric}, container main has terminal error (${job.waiting}): detail\n`;
      return { kind: 'verdict', phase: 'Inconclusive', message };
    }
    const elapsed = (now - Date.parse(measurement?.startedAt ?? '')) / 1000;
    return { kind: 'pending', resumeAt: now + Math.sqrt(2 * elapsed) * 1000, metadata };
  }

  #terminate({ measurement }: MeasurementTask): Reading {
    const name = measurement?.metadata?.['job-name'];
    this.#jobs = this.#jobs.filter((job) => job.name !== name);
    this.#writes.push('delete jobs');
    return { kind: 'verdict', phase: 'Inconclusive' };
  }
}
