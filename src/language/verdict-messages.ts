// The verdict, in the terminal and at the head of a report.
import { subject } from './subject.ts';

export const verdictMessages = subject({
  en: {
    'verdict.onPremises': 'on premises',
  },
  nb: {
    'verdict.onPremises': 'i eget hus',
  },
});
