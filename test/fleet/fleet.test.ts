// Spares, zones, cold starts, schedules and quotas, beside their own arithmetic.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { enoughUp, keptToSurviveZone, sparesFor, spreadOverZones, upShare } from '../../src/fleet/availability.ts';
import { coldStartOf } from '../../src/fleet/cold-start.ts';
import { weekOf } from '../../src/fleet/load-shape.ts';
import { requestQuota } from '../../src/fleet/quota.ts';
import { planUpgrade, scheduleScaling } from '../../src/fleet/scaling.ts';
import { realCatalog } from '../load-real.ts';

describe('availability', () => {
  test('is one over one plus repair over time between failures', () => {
    expect(upShare([{ betweenSeconds: 99, forSeconds: 1 }])).toBeCloseTo(0.99, 12);
  });
  test('of k of n is the binomial tail', () => {
    // 2 of 3 at 0.9: 0.9³ + 3·0.9²·0.1.
    expect(enoughUp(2, 3, 0.9)).toBeCloseTo(0.972, 12);
    expect(enoughUp(1, 1, 0.99)).toBeCloseTo(0.99, 12);
    expect(enoughUp(3, 2, 0.99)).toBe(0);
    expect(enoughUp(900, 1000, 0.5)).toBeLessThan(1e-6);
    expect(enoughUp(9000, 20_000, 0.5)).toBeGreaterThan(0.999);
  });
  test('takes the fewest spares that meet the target', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0.8, max: 0.9999, noNaN: true }),
        fc.double({ min: 0.9, max: 0.99999, noNaN: true }),
        (needed, up, target) => {
          const spares = sparesFor(needed, up, target);
          expect(enoughUp(needed, needed + spares, up)).toBeGreaterThanOrEqual(target);
          if (spares > 0) expect(enoughUp(needed, needed + spares - 1, up)).toBeLessThan(target);
        },
      ),
    );
  });
  test('survives the loss of any zone, and with one fewer would not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 2, max: 6 }), (needed, zones) => {
        const names = Array.from({ length: zones }, (_, index) => String(index));
        const left = (kept: number) => kept - Math.max(...spreadOverZones(kept, names).map((each) => each.replicas));
        const kept = keptToSurviveZone(needed, zones);
        expect(left(kept)).toBeGreaterThanOrEqual(needed);
        expect(left(kept - 1)).toBeLessThan(needed);
      }),
    );
    expect(keptToSurviveZone(3, 1)).toBe(Number.POSITIVE_INFINITY);
  });
});

test('a cold start is weights over read rate, after the machine and before the warm-up', () => {
  const { operations } = realCatalog();
  const start = coldStartOf(700e9, 'object-store', operations);
  expect(start.readSeconds).toBeCloseTo(
    700e9 / operations.objectStoreRead.bytesPerSecond + 700e9 / operations.localDiskRead.bytesPerSecond,
    9,
  );
  expect(start.totalSeconds).toBe(start.provisionSeconds + start.readSeconds + start.warmUpSeconds);
  expect(coldStartOf(700e9, 'local-disk', operations).provisionSeconds).toBe(0);
});

describe('a week', () => {
  const hours = Array.from({ length: 24 }, (_, hour) => (hour >= 9 && hour < 17 ? 100 : 20));
  test('has its peak at 1 and the mean it is told', () => {
    const week = weekOf(hours, 0.5, 0.4);
    expect(Math.max(...week.hours)).toBe(1);
    expect(week.hours).toHaveLength(168);
    expect(week.meanToPeakRatio).toBeCloseTo(0.4, 9);
  });
  test('keeps its own mean where none is told', () => {
    const own = (5 * (8 * 1 + 16 * 0.2) + 2 * 0.5 * (8 * 1 + 16 * 0.2)) / 168;
    expect(weekOf(hours, 0.5, null).meanToPeakRatio).toBeCloseTo(own, 9);
  });
  test('runs less at night, is up before the morning, and never short of the load', () => {
    const week = weekOf(hours, 0.5, null);
    const input = { week, peakReplicas: 7.3, spareReplicas: 1, coldStartSeconds: 1200 };
    const scaling = scheduleScaling(input);
    expect([scaling.minimumReplicas, scaling.maximumReplicas]).toEqual([2, 9]);
    for (const [hour, replicas] of scaling.dayReplicas.entries()) {
      expect(replicas - 1).toBeGreaterThanOrEqual((week.hours[hour] ?? 0) * 7.3);
      expect(replicas - 1).toBeGreaterThanOrEqual((week.hours[hour + 1] ?? 0) * 7.3);
    }
    expect(scaling.scaleOutUtilisation).toBeCloseTo(1 / (1 + 0.8 / 3), 6);
    expect(planUpgrade(input, 8, 120)).toEqual({ durationSeconds: 8 * 1320, hoursWithRoom: 128, needsOneMore: false });
    expect(
      planUpgrade(
        {
          ...input,
          week: weekOf(
            [...Array(24)].map(() => 1),
            1,
            null,
          ),
        },
        8,
        120,
      ).needsOneMore,
    ).toBe(true);
  });
});

test('quotas are asked for in the words of each cloud', () => {
  expect(requestQuota('aws', 'Running On-Demand P instances (L-417A185B)', 'us-east-1', 192, 3)).toEqual({
    name: 'Running On-Demand P instances (L-417A185B)',
    vcpus: 576,
    region: 'us-east-1',
    command:
      'aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-417A185B --desired-value 576 --region us-east-1',
  });
  expect(requestQuota('azure', 'standardNDSH100v5Family', 'eastus', 96, 2)?.command).toContain('value=192');
  expect(requestQuota('aws', null, 'us-east-1', 192, 3)).toBeNull();
});
