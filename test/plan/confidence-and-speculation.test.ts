// A stated confidence never buys less, and speculative decoding reaches the plan, its assumptions and the engine's flags.

import picocolors from 'picocolors';
import { describe, expect, test } from 'vitest';
import type { Plan, PlanOption } from '../../src/documents/plan.ts';
import { workloadSchema } from '../../src/documents/workload.ts';
import { engineCommand } from '../../src/emit/engine-arguments.ts';
import { speak } from '../../src/language/speak.ts';
import { tokensFromRate } from '../../src/physics/speculation.ts';
import { planWorkload } from '../../src/plan/plan-workload.ts';
import { renderPlanTable } from '../../src/render/plan-table.ts';
import { chatWorkload, realCatalog } from '../load-real.ts';

const plans = new Map<string, Plan>();
function plan(changes: Record<string, unknown>): Plan {
  const key = JSON.stringify(changes);
  const known = plans.get(key);
  if (known !== undefined) return known;
  const made = planWorkload({
    workload: chatWorkload({ demand: { requestsPerSecond: 40 }, ...changes }),
    workloadDigest: '0'.repeat(64),
    fallbackName: 'chat',
    catalog: realCatalog(),
    version: '0.0.0',
  });
  plans.set(key, made);
  return made;
}

describe('confidence', () => {
  const nodes = (of: Plan) => new Map(of.options.map((option) => [option.id, option.nodes]));
  test('of more never takes fewer nodes, and somewhere takes more', () => {
    const [plain, sure] = [nodes(plan({})), nodes(plan({ confidence: '90%' }))];
    const both = [...sure].filter(([id]) => plain.has(id)).map(([id, count]) => [plain.get(id) as number, count] as const);
    expect(both.length).toBeGreaterThan(5);
    for (const [before, after] of both) expect(after).toBeGreaterThanOrEqual(before);
    expect(both.some(([before, after]) => after > before)).toBe(true);
  });
  test('stands in the plan and on the screen', () => {
    expect(plan({}).workload.confidence).toBe(0.5);
    expect(plan({}).assumptions.map((each) => each.field)).toContain('confidence');
    const sure = plan({ confidence: '90%' });
    expect(sure.workload.confidence).toBe(0.9);
    expect(sure.assumptions.map((each) => each.field)).not.toContain('confidence');
    const screen = renderPlanTable(sure, {
      ink: picocolors.createColors(false),
      speech: speak('en'),
      width: 80,
      full: false,
      nextCommand: null,
    });
    expect(screen.replaceAll(/\s+/g, ' ')).toContain('held with 90% confidence');
  });
  test.each(['40%', '100%', 'sure'])('of %s is refused', (confidence) => {
    expect(() => chatWorkload({ confidence })).toThrow(/confidence/);
  });
});

describe('speculation', () => {
  const drafted = plan({ model: 'deepseek-r1', speculation: { draftTokens: 2, acceptance: '70%' } });
  const served = (engine: PlanOption['engine']) =>
    drafted.options.find((option) => option.engine === engine && option.speculation !== null);

  test('tokens a step follow from the rate', () => {
    expect(tokensFromRate(2, 0.7)).toBeCloseTo(1 + 0.7 + 0.49, 12);
    const option = drafted.options.find((each) => each.speculation !== null) ?? expect.fail();
    expect(option.speculation).toEqual({ draftTokens: 2, acceptedTokens: tokensFromRate(2, 0.7) });
  });
  test('without a rate comes from measured runs, and says so', () => {
    const told = plan({ model: 'deepseek-r1', speculation: { draftTokens: 2 } });
    expect(told.assumptions.map((each) => each.field)).toContain('speculation.acceptance');
    const option = told.options.find((each) => each.speculation !== null) ?? expect.fail();
    expect(option.speculation?.acceptedTokens).toBeGreaterThan(1);
    expect(option.speculation?.acceptedTokens).toBeLessThanOrEqual(3);
  });
  test('is none unless asked for', () => {
    for (const option of plan({ model: 'deepseek-r1' }).options) expect(option.speculation).toBeNull();
    expect(workloadSchema.safeParse({ ...chatWorkload(), speculation: { draftTokens: 99 } }).success).toBe(false);
  });
  test('is asked for in the flags of the engine, or refused where a file would be needed', () => {
    const checked = (['vllm', 'sglang', 'tensorrt-llm'] as const).filter((engine) => served(engine) !== undefined);
    expect(checked.length).toBeGreaterThan(0);
    for (const engine of checked) {
      const option = served(engine) ?? expect.fail();
      if (engine === 'tensorrt-llm') expect(() => engineCommand(drafted, option)).toThrow(/speculative/);
      else
        expect(engineCommand(drafted, option).args.join(' ')).toMatch(
          engine === 'vllm' ? /"num_speculative_tokens":2/ : /--speculative-num-draft-tokens 3/,
        );
    }
  });
});
