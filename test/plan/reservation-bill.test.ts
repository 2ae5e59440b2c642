// A reservation keeps machines in one zone: what a stack around them then costs.
import { describe, expect, test } from 'vitest';
import { planChat } from '../load-real.ts';

const HOURS_PER_MONTH = 730;
const reserved = { reservation: 'cr-0123456789abcdef0', zone: 'us-east-1b' };

function endpointHours(limits: Record<string, unknown>, deployment?: Record<string, unknown>): number | undefined {
  const plan = planChat({
    model: 'deepseek-v3.1',
    limits: { precisions: ['fp8'], engines: ['vllm', 'sglang'], ...limits },
    ...(deployment === undefined ? {} : { deployment }),
  });
  const option = plan.options.find((each) => each.feasible && each.region === 'us-east-1') ?? expect.fail('no option');
  return option.cost.lines.find((line) => line.id === 'interface-endpoint')?.quantity?.units;
}

describe('private endpoints', () => {
  test('of single nodes lie in the zones of the group: the one of the reservation', () => {
    expect(endpointHours({ machines: ['p5en.48xlarge'] })).toBe(7 * 2 * HOURS_PER_MONTH);
    expect(endpointHours({ machines: ['p5en.48xlarge'] }, reserved)).toBe(7 * HOURS_PER_MONTH);
  });

  test('of a cluster lie in the two zones of its control plane, reserved or not', () => {
    expect(endpointHours({ machines: ['p5.48xlarge'] })).toBe(12 * 2 * HOURS_PER_MONTH);
    expect(endpointHours({ machines: ['p5.48xlarge'] }, reserved)).toBe(12 * 2 * HOURS_PER_MONTH);
  });
});
