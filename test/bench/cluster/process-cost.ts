/** What a process has cost so far, as Linux counts it. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface ProcessCost {
  /** User and system. */
  readonly cpuSeconds: number;
  readonly residentMb: number;
  readonly peakResidentMb: number;
}

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

export function costOf(pid: number): ProcessCost {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return { cpuSeconds: cpuSecondsOf(pid), residentMb: mbOf('VmRSS', status), peakResidentMb: mbOf('VmHWM', status) };
}

/** proc(5): utime and stime are fields 14 and 15; the name, field 2, may have spaces and ends with the last parenthesis. */
function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function mbOf(field: string, status: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
}
