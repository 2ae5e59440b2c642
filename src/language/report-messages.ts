// The report's headings, captions and notes.
import { subject } from './subject.ts';

export const reportMessages = subject({
  en: {
    'report.title': 'seekstack: {name}',
  },
  nb: {
    'report.title': 'seekstack: {name}',
  },
});
