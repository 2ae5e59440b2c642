// What a benchmark says while it runs: one line a point, and on a terminal a line that moves.
import type { BenchManifest } from '../../../documents/bench-manifest.ts';
import type { BenchTalk } from '../../../drive/run-bench.ts';
import { pointLine } from '../../../render/bench-rows.ts';
import type { Io } from '../../io.ts';

const CLEAR_LINE = '\r\u001b[2K';

export interface EndingTalk extends BenchTalk {
  readonly end: () => void;
}

/** @param done - points that an earlier run measured */
export function benchTalk(manifest: BenchManifest, done: number, io: Io): EndingTalk {
  const of = manifest.search === null ? ` of ${manifest.points.length}` : '';
  let number = done;
  let name = '';
  const clear = () => {
    if (io.liveTalk) io.err(CLEAR_LINE);
  };
  if (done > 0) io.err(`${done}${of} points were measured before\n`);
  return {
    pointBegins: ({ id }, attempt) => {
      number += 1;
      name = `${number}${of}  ${id}${attempt > 1 ? ` (attempt ${attempt})` : ''}`;
      if (io.liveTalk) io.err(`${CLEAR_LINE}${name}`);
    },
    pointRuns: (seconds, phase, requests, inFlight) => {
      if (io.liveTalk)
        io.err(`${CLEAR_LINE}${name}  ${phase}, ${Math.round(seconds)} s, ${requests} sent, ${inFlight} in flight`);
    },
    pointEnds: (point) => {
      clear();
      io.err(`${name}  ${pointLine(point)}\n`);
    },
    end: clear,
  };
}
