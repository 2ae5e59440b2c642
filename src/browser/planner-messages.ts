// What the page and its planning workers say to one another.
import type { Language } from '../language/catalogue.ts';
import type { ReportData, ReportOrigin } from '../report/report-data.ts';
import type { Settings } from '../whatif/dials.ts';
import type { WhatIfSeed } from '../whatif/plan-settings.ts';

/** First to a worker: everything it plans from. */
export interface Opening {
  readonly kind: 'open';
  readonly seed: WhatIfSeed;
  /** The compiled catalogue, JSON. */
  readonly catalog: string;
  readonly language: Language;
  readonly origin: ReportOrigin;
}

export interface Question {
  readonly kind: 'plan';
  /** Counts the settings that were asked for; an answer carries it back. */
  readonly turn: number;
  readonly settings: Settings;
  /** A first answer, neither simulated nor compared with renting. */
  readonly draft: boolean;
}

export type Answer =
  | {
      readonly turn: number;
      readonly draft: boolean;
      readonly report: ReportData;
      /** The workload that gives these figures anywhere else. */
      readonly text: string;
      /** Spent planning. */
      readonly seconds: number;
    }
  | { readonly turn: number; readonly draft: boolean; readonly problem: string };
