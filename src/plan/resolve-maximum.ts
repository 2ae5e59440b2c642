// The longest prompt and answer together: what the workload asks for, or a rule over its lengths.

import type { ModelArchitecture } from '../documents/catalog/models.ts';
import type { Workload } from '../documents/workload.ts';
import type { Problem } from '../errors.ts';
import { state } from '../language/say-statement.ts';
import { quantileTokens } from '../physics/lengths.ts';
import type { AssumeRule } from './assumptions.ts';
import type { Lengths } from './resolve-lengths.ts';

export function resolveMaximum(
  workload: Workload,
  architecture: ModelArchitecture,
  lengths: Lengths,
  assumeRule: AssumeRule,
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
  assumeRule('limits.maxContext', `${rounded} tokens`, state('rule.longestContext'));
  return rounded;
}
