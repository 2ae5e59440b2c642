// Comparing two options: every figure a reviewer asks for, before and after, and the cost lines that moved.
// In: an option of each side with the targets it was planned for. Out: rows and lines of the diff document.
import type { DiffRow, PlanDiff } from '../documents/diff.ts';
import type { PlanOption } from '../documents/plan.ts';

/** One side as far as its figures go. */
export interface Measured {
  readonly option: PlanOption;
  readonly ttftTargetSeconds: number | null;
  readonly tpotTargetSeconds: number | null;
  /** Whether every price is known; without that no amount is told. */
  readonly priced: boolean;
}

type RowId = DiffRow['id'];

/** What each row reads; null where there is nothing to read. */
const FIGURES: Readonly<Record<RowId, (side: Measured) => number | null>> = {
  usdPerMonth: ({ option, priced }) => (priced ? option.cost.usdPerMonth.typical : null),
  usdPerMillionOutputTokens: ({ option, priced }) => (priced ? option.cost.usdPerMillionOutputTokens.typical : null),
  capacityRequestsPerSecond: ({ option }) => option.capacity.requestsPerSecond.typical,
  ttftSeconds: ({ option }) => finite(option.latency.ttftSeconds.typical),
  tpotSeconds: ({ option }) => finite(option.latency.tpotSeconds.typical),
  accelerators: ({ option }) => option.accelerators,
  capexUsd: ({ option, priced }) => (priced ? option.cost.capexUsd : null),
  kilowattHoursPerMonth: ({ option }) => option.energy.kilowattHoursPerMonth,
  kilogramsCo2ePerMonth: ({ option }) => option.energy.kilogramsCo2ePerMonth,
};

const TARGETS: Partial<Record<RowId, (side: Measured) => number | null>> = {
  ttftSeconds: (side) => side.ttftTargetSeconds,
  tpotSeconds: (side) => side.tpotTargetSeconds,
};

export function figureOf(id: RowId, side: Measured | null): number | null {
  return side === null ? null : FIGURES[id](side);
}

/** Share of the target that the prediction leaves; null without a target, −1 where the queue grows without end. */
export function headroomOf(id: 'ttftSeconds' | 'tpotSeconds', side: Measured | null): number | null {
  const target = side === null ? null : (TARGETS[id]?.(side) ?? null);
  if (side === null || target === null) return null;
  const figure = figureOf(id, side);
  return figure === null ? -1 : 1 - figure / target;
}

export function compareRows(before: Measured | null, after: Measured | null): DiffRow[] {
  return (Object.keys(FIGURES) as RowId[]).map((id) => {
    const [was, is] = [figureOf(id, before), figureOf(id, after)];
    const targetOf = TARGETS[id];
    return {
      id,
      before: was,
      after: is,
      delta: was === null || is === null ? null : is - was,
      ratio: was === null || is === null || was === 0 ? null : is / was - 1,
      target:
        targetOf === undefined
          ? null
          : { before: before === null ? null : targetOf(before), after: after === null ? null : targetOf(after) },
      headroom:
        id === 'ttftSeconds' || id === 'tpotSeconds' ? { before: headroomOf(id, before), after: headroomOf(id, after) } : null,
    };
  });
}

/** Less than this a month is rounding. */
const SAME_USD = 0.005;

/** Cost lines by id, those that moved most first; a line without a price is told and not subtracted. */
export function compareLines(before: PlanOption | null, after: PlanOption | null): PlanDiff['lines'] {
  // Against nothing every line is new, which the figures tell already.
  if (before === null || after === null) return { moved: [], unmoved: (after ?? before)?.cost.lines.length ?? 0 };
  const lines = (option: PlanOption) => new Map(option.cost.lines.map((line) => [line.id, line]));
  const [was, is] = [lines(before), lines(after)];
  const ids = [...new Set([...is.keys(), ...was.keys()])];
  const moved = ids.flatMap((id): PlanDiff['lines']['moved'] => {
    const [old, young] = [was.get(id), is.get(id)];
    const amount = (line: typeof old) => (line === undefined ? 0 : line.usdPerMonth);
    const [from, to] = [amount(old), amount(young)];
    if (from !== null && to !== null && Math.abs(to - from) < SAME_USD) return [];
    if (from === null && to === null) return [];
    return [
      {
        id,
        label: young?.label ?? old?.label ?? id,
        before: old === undefined ? null : from,
        after: young === undefined ? null : to,
        delta: from === null || to === null ? null : to - from,
        basis: young?.basis ?? old?.basis ?? '',
      },
    ];
  });
  const size = (line: PlanDiff['lines']['moved'][number]) =>
    line.delta === null ? Number.POSITIVE_INFINITY : Math.abs(line.delta);
  return {
    moved: moved.toSorted((one, other) => size(other) - size(one) || one.id.localeCompare(other.id, 'en')),
    unmoved: ids.length - moved.length,
  };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
