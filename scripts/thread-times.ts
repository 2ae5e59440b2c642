// Processor time of a browser page's threads, from Linux's scheduler: what a step takes however busy the machine is.
// In: a process to look below. Out: milliseconds that the page and its first worker have run.
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** @returns NaN where the system does not tell */
export function pageMilliseconds(below: number): number {
  if (!existsSync('/proc/self/schedstat')) return Number.NaN;
  const times = renderersBelow(below).flatMap((pid) => {
    const threads = readdirSync(`/proc/${pid}/task`).map(Number);
    const workers = threads.filter((thread) => read(`/proc/${pid}/task/${thread}/comm`).startsWith('DedicatedWorker'));
    // The page starts the worker of first answers before the other.
    const first = workers.toSorted((one, other) => one - other)[0];
    return first === undefined
      ? []
      : [pid, first].map((thread) => Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0]));
  });
  return times.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1e6;
}

function renderersBelow(ancestor: number): number[] {
  const parents = new Map(
    readdirSync('/proc')
      .map(Number)
      .filter(Number.isInteger)
      .map((pid) => [pid, Number(/^PPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0)]),
  );
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid) ?? 0;
    return parent === ancestor || (parent > 1 && isBelow(parent));
  };
  return [...parents.keys()].filter((pid) => isBelow(pid) && read(`/proc/${pid}/cmdline`).includes('--type=renderer'));
}

/** Processes and threads come and go while one looks. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
