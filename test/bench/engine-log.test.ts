// The engine's log as it is written, and whose record is whose.
import { expect, test } from 'vitest';
import { pairTimings, readTimings } from '../../scripts/bench-oracles/engine-log.ts';

const LOG =
  `1.44.875.642 I slot print_timing: id  1 | task 0 | prompt eval time =      87.50 ms /   203 tokens (    0.43 ms per token,  2319.89 tokens per second)
1.44.875.652 I slot print_timing: id  1 | task 0 |        eval time =    1119.89 ms /    64 tokens (   17.78 ms per token,    56.26 tokens per second)
1.44.875.654 I slot print_timing: id  1 | task 0 |       total time =    1207.40 ms /   267 tokens
1.44.875.657 I slot print_timing: id  1 | task 0 |    graphs reused =         62
1.44.875.748 I slot      release: id  1 | task 0 | stop processing: n_tokens = 266, truncated = 0
1.46.024.547 I slot print_timing: id  0 | task 65 | prompt eval time =     103.49 ms /   180 tokens (    0.51 ms per token,  1961.62 tokens per second)
1.46.024.557 I slot print_timing: id  0 | task 65 |        eval time =     887.09 ms /    64 tokens (   14.08 ms per token,    71.02 tokens per second)`.split(
    '\n',
  );

test('prompt and output of each task, in seconds', () => {
  expect(readTimings(LOG)).toEqual([
    { promptTokens: 203, promptSeconds: 0.0875, outputTokens: 64, outputSeconds: 1.11989 },
    { promptTokens: 180, promptSeconds: 0.10349, outputTokens: 64, outputSeconds: 0.88709 },
  ]);
});

test('records find their timing by order and tokens; what has no partner is told', () => {
  const record = (name: string, endSeconds: number, promptTokens: number) => ({
    name,
    endSeconds,
    promptTokens,
    outputTokens: 64,
  });
  const { pairs, unpairedRecords, unpairedTimings } = pairTimings(
    [record('later', 3, 203), record('second', 2, 180), record('first', 1, 203)],
    readTimings(LOG),
  );
  expect(pairs.map(({ record: { name }, timing }) => [name, timing.promptTokens])).toEqual([
    ['first', 203],
    ['second', 180],
  ]);
  expect({ unpairedRecords, unpairedTimings }).toEqual({ unpairedRecords: 1, unpairedTimings: 0 });
  expect(pairTimings([], readTimings(LOG)).unpairedTimings).toBe(2);
});
