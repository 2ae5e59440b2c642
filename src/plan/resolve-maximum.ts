// The longest prompt and answer together: what the workload asks for, or a rule over its lengths.
import type { ModelArchitecture } from '../documents/catalog/models.ts';
import type { Workload } from '../documents/workload.ts';
import type { Problem } from '../errors.ts';
import { quantileTokens } from '../physics/lengths.ts';
import { type Assume, ruleSource } from './assumptions.ts';
import type { Lengths } from './resolve-lengths.ts';

export function resolveMaximum(
  workload: Workload,
  architecture: ModelArchitecture,
  lengths: Lengths,
  assume: Assume,
  problems: Problem[],
): number {
  const supported = architecture.context.maximum.tokens;
  const asked = workload.limits?.maxContext;
  if (asked !== undefined) {
    if (asked > supported)
      problems.push({
        code: 'E_VALUE',
        where: { field: 'limits.maxContext' },
        got: `${asked} tokens`,
        expected: `at most ${supported}, which ${workload.model} supports`,
        fix: 'lower maxContext or choose a model with a longer context',
      });
    return asked;
  }
  const tail = [lengths.prompt, lengths.output, lengths.thinking].reduce((sum, length) => sum + quantileTokens(length, 0.95), 0);
  const rounded = Math.min(supported, 2 ** Math.ceil(Math.log2(Math.max(4096, tail * 2))));
  if (tail > supported)
    problems.push({
      code: 'E_VALUE',
      where: { field: 'tokens' },
      got: `${Math.round(tail)} tokens at the 95th percentile`,
      expected: `at most ${supported}, which ${workload.model} supports`,
      fix: 'shorten the prompt, or choose a model with a longer context',
    });
  assume(
    'limits.maxContext',
    `${rounded} tokens`,
    ruleSource('twice the 95th percentiles of prompt and output together, rounded up to a power of two'),
  );
  return rounded;
}
