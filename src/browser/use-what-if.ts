// The state of the dials: where they stand, what the page shows for that, and how far an answer has come.
// In: the page's own report and what it was made from. Out: the report to show, and what turns a dial.
/// <reference lib="dom" />
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Speech } from '../language/speak.ts';
import { type Drawings, drawCharts } from '../report/charts/charts.ts';
import type { ReportData } from '../report/report-data.ts';
import { type Dial, type Settings, turn } from '../whatif/dials.ts';
import { readFragment, writeFragment } from '../whatif/fragment.ts';
import type { WhatIfSeed } from '../whatif/plan-settings.ts';
import { openPlannerLink, type Packed, type PlannerLink } from './planner-link.ts';
import type { Answer } from './planner-messages.ts';

export interface WhatIfData extends Packed {
  readonly seed: WhatIfSeed;
}

export type Phase = 'own' | 'starting' | 'drafting' | 'confirming' | 'confirmed' | 'failed' | 'refused';

export interface Shown {
  readonly report: ReportData;
  readonly drawings: Drawings;
}

export interface WhatIf extends Shown {
  readonly settings: Settings;
  readonly phase: Phase;
  readonly problem: string | null;
  /** The workload as it is turned; null until it is known. */
  readonly text: string | null;
  /** Answers shown so far, for whoever waits for the next. */
  readonly answers: number;
  readonly onTurn: (dial: Dial, index: number) => void;
  readonly onReset: () => void;
}

interface State extends Shown {
  readonly settings: Settings;
  readonly phase: Phase;
  readonly problem: string | null;
  readonly text: string | null;
  readonly answers: number;
}

export function useWhatIf(data: WhatIfData, own: Shown, speech: Speech): WhatIf {
  const start: State = { ...own, settings: {}, phase: 'own', problem: null, text: data.seed.text, answers: 0 };
  const [state, setState] = useState<State>(start);
  const link = useRef<PlannerLink | 'starting' | null>(null);
  const wanted = useRef<Settings>({});

  const actions = useMemo(() => {
    const onAnswer = (answer: Answer) => setState((before) => stateAfter(before, answer, own.report, speech));
    const open = async () => {
      if (link.current !== null) return;
      link.current = 'starting';
      const { language, origin } = own.report;
      link.current = await openPlannerLink(data, { seed: data.seed, language, origin }, onAnswer);
      if (Object.keys(wanted.current).length > 0) link.current.ask(wanted.current);
    };
    const apply = (settings: Settings) => {
      wanted.current = settings;
      writeAddress(settings);
      const planner = link.current === 'starting' ? null : link.current;
      if (Object.keys(settings).length === 0) {
        planner?.forget();
        setState(start);
        return;
      }
      setState((before) => ({ ...before, settings, phase: planner === null ? 'starting' : 'drafting', problem: null }));
      if (planner === null) void open();
      else planner.ask(settings);
    };
    return { open, apply };
  }, []);

  useEffect(() => {
    const follow = () => {
      const read = readFragment(location.hash, data.seed.dials);
      if (read === 'refused') {
        wanted.current = {};
        setState({ ...start, phase: 'refused' });
      } else if (read !== null && writeFragment(read.settings) !== writeFragment(wanted.current)) actions.apply(read.settings);
    };
    follow();
    addEventListener('hashchange', follow);
    // A warm planner answers the first turn as fast as the others.
    const warm = setTimeout(() => void actions.open(), WARM_AFTER_MILLISECONDS);
    return () => {
      removeEventListener('hashchange', follow);
      clearTimeout(warm);
    };
  }, []);

  return {
    ...state,
    onTurn: (dial, index) => actions.apply(turn(wanted.current, dial, index)),
    onReset: () => actions.apply({}),
  };
}

const WARM_AFTER_MILLISECONDS = 300;

/** A first answer has no comparison yet: what rests on one keeps the figures of before, and is shown as being worked on. */
function stateAfter(before: State, answer: Answer, own: ReportData, speech: Speech): State {
  if (Object.keys(before.settings).length === 0) return before;
  const answers = before.answers + 1;
  if ('problem' in answer) return { ...before, phase: 'failed', problem: answer.problem, answers };
  const { report, text } = answer;
  if (answer.draft) {
    const { breakEven, cashFlow, tornado, growth, flips } = before.report;
    return { ...before, report: { ...report, breakEven, cashFlow, tornado, growth, flips }, text, phase: 'confirming', answers };
  }
  const whole = { ...report, workloadFile: own.workloadFile };
  return { ...before, report: whole, drawings: drawCharts(whole, { document, speech }), text, phase: 'confirmed', answers };
}

/** The address holds the settings; one of a section stays where no dial is turned. */
function writeAddress(settings: Settings): void {
  const fragment = writeFragment(settings);
  if (fragment !== '') history.replaceState(null, '', `#${fragment}`);
  else if (location.hash.startsWith('#what-if=')) history.replaceState(null, '', '#');
}
