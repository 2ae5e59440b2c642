// Signs and words around figures.
import { subject } from './subject.ts';

export const formatMessages = subject({
  en: {
    'format.percent': '{value}%',
    'format.never': 'never',
    'format.days': '{days, plural, one {# day} other {# days}}',
  },
  nb: {
    'format.percent': '{value} %',
    'format.never': 'aldri',
    'format.days': '{days, plural, one {# dag} other {# dager}}',
  },
});
