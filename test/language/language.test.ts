// Languages: the same things are said in each, with the same values in place, and the English is the plan's own.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, test } from 'vitest';
import type { Plan } from '../../src/documents/plan.ts';
import { LANGUAGES, messagesOf } from '../../src/language/catalogue.ts';
import { figuresOf } from '../../src/language/say-figures.ts';
import { sayStatement, sayTold } from '../../src/language/say-statement.ts';
import { sayBreakEven, sayPlanVerdict } from '../../src/language/say-verdict.ts';
import { speak } from '../../src/language/speak.ts';
import { renderPlanTable } from '../../src/render/plan-table.ts';
import { FIRST_SCREEN_LINES } from '../../src/render/terminal.ts';
import { planExample, root } from '../load-real.ts';

const plainInk = Object.fromEntries(
  ['bold', 'dim', 'green', 'red', 'yellow'].map((name) => [name, (text: string) => text]),
) as unknown as Parameters<typeof renderPlanTable>[1]['ink'];

interface Element {
  readonly type: number;
  readonly value?: unknown;
  readonly options?: Readonly<Record<string, { readonly value: readonly Element[] }>>;
}

/** Kinds of elements without a value of their own: plain text, and the number within a plural. */
const LITERAL = 0;
const POUND = 7;

/** Names of the values a message takes, whatever it does with them. */
const takes = (message: string) => {
  const names = new Set<string>();
  const visit = (element: Element) => {
    if (element.type !== LITERAL && element.type !== POUND) names.add(String(element.value));
    for (const option of Object.values(element.options ?? {})) option.value.forEach(visit);
  };
  (new IntlMessageFormat(message, 'en').getAst() as readonly Element[]).forEach(visit);
  return names;
};

test('every message takes the same values in every language, and parses', () => {
  const english = messagesOf('en');
  for (const language of LANGUAGES) {
    const { say } = speak(language);
    for (const [key, message] of Object.entries(messagesOf(language))) {
      expect([key, [...takes(message)].sort()]).toEqual([key, [...takes(english[key as keyof typeof english])].sort()]);
      const values = Object.fromEntries([...takes(message)].map((name) => [name, 2]));
      expect(say(key as keyof typeof english, values)).not.toMatch(/[{}]/);
    }
  }
});

test.each([
  [15_024.4, '15,024', '15 024'],
  [3.482, '3.48', '3,48'],
  [1.2e15, '1.20e+15', '1,20e+15'],
  [0, '0', '0'],
])('%d is written as %s and as %s', (value, english, norwegian) => {
  expect(figuresOf(speak('en')).amount(value)).toBe(english);
  expect(figuresOf(speak('nb')).amount(value).replaceAll(/\s/gu, ' ')).toBe(norwegian);
});

const examples = ['examples', 'examples/awkward'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.yaml') && name !== 'policy.yaml')
    .map((name) => join(folder, name).replace('examples/', '')),
);
const plans = new Map<string, Plan>();
const planOf = (name: string) => {
  const plan = plans.get(name) ?? planExample(name);
  plans.set(name, plan);
  return plan;
};

describe.each(examples)('%s', (name) => {
  test('has the verdict and the break-even of its plan', () => {
    const plan = planOf(name);
    expect(sayPlanVerdict(speak('en'), plan)).toBe(plan.verdict.sentence);
    const owned = plan.options.find((option) => option.id === plan.breakEven?.owned);
    if (plan.breakEven !== null)
      expect(
        sayBreakEven(speak('en'), owned?.cost.usdPerMonth.typical ?? 0, plan.breakEven.rented, plan.breakEven.utilisationShare),
      ).toBe(plan.breakEven.sentence);
  });

  test.each(LANGUAGES.flatMap((language) => [80, 100].map((width) => ({ language, width }))))(
    'fits a screen of $width columns in $language',
    ({ language, width }) => {
      const text = renderPlanTable(planOf(name), {
        ink: plainInk,
        speech: speak(language),
        width,
        full: false,
        nextCommand: 'seekstack emit plan.json --out a-stack',
      });
      const lines = text.split('\n').slice(0, -1);
      expect(lines.length).toBeLessThanOrEqual(FIRST_SCREEN_LINES);
      for (const line of lines) expect([line, line.length <= width]).toEqual([line, true]);
      expect(text).toContain('seekstack emit plan.json');
    },
  );
});

describe.each(examples)('what %s tells', (name) => {
  const told = (plan: Plan) => [
    ...[...plan.options, ...plan.rejected].map(({ reason, statement }) => ({ text: reason, statement })),
    ...plan.warnings.map(({ message, statement }) => ({ text: message, statement })),
    ...plan.assumptions.flatMap(({ source, statement }) => (statement === undefined ? [] : [{ text: source.title, statement }])),
    ...(plan.training === null || plan.training.reason === ''
      ? []
      : [{ text: plan.training.reason, statement: plan.training.statement }]),
  ];
  test('is kept apart from any language: English is the text beside it, Norwegian is none of it', () => {
    for (const { text, statement } of told(planOf(name))) {
      expect([text, statement === undefined ? null : sayStatement(speak('en'), statement)]).toEqual([text, text]);
      const norwegian = sayTold(speak('nb'), text, statement);
      expect(norwegian).not.toBe(text);
      expect(norwegian).not.toMatch(/[{}]|\b(the|of|and|is|with|no|not|one|more|than|month|days)\b/);
    }
  });
});

describe('a statement from elsewhere', () => {
  const known = { key: 'reason.rackPower', values: { needed: { watts: 15_500 }, got: { watts: 15_000 } } } as const;
  test.each([
    ['none', undefined],
    ['of a message nobody has', { ...known, key: 'reason.unheardOf' }],
    ['of a name that every object has', { ...known, key: 'constructor' }],
    ['without what its message takes', { ...known, values: {} }],
  ])('%s leaves the English', (_what, statement) => {
    expect(sayTold(speak('nb'), 'as it was', statement)).toBe('as it was');
  });
  test('that is whole is said', () => {
    expect(sayTold(speak('nb'), 'as it was', known)).toBe('en server trekker inntil 15,5 kW, et rack kan trekke 15,0 kW');
  });
});

test('a verdict without an option names the constraint and what to relax in the language', () => {
  const text = sayPlanVerdict(speak('nb'), planOf('awkward/impossible.yaml'));
  expect(text).toMatch(/^Ingen løsning oppfyller kravene\. Nærmest: .* (målet er|i måneden|kan brukes|prefill)/u);
  expect(text).not.toMatch(/Raise|Relax|Allow/);
});
