// `--price KEY=VALUE`: one own price as a text, brought into the form of the file.
// In: texts such as `p5.48xlarge@us-east-1/on-demand=USD 41/h`. Out: a document of own prices, to be validated like a file.
import { SeekstackError } from '../errors.ts';

type Entry = Readonly<Record<string, unknown>>;

const FORMS: readonly {
  readonly pattern: RegExp;
  readonly list: string;
  readonly entry: (groups: string[], value: string) => Entry;
}[] = [
  {
    pattern: /^discount@(aws|azure)$/,
    list: 'discounts',
    entry: ([, provider], percent) => ({ provider, percent }),
  },
  {
    pattern: /^service@(aws|azure)\/([^/=]+)$/,
    list: 'services',
    entry: ([, provider, item], price) => ({ provider, item, price }),
  },
  {
    pattern: /^electricity@([A-Z]{2})$/,
    list: 'electricity',
    entry: ([, country], price) => ({ country, price }),
  },
  {
    pattern: /^([^@/=]+)@([^@/=]+)\/([^@/=]+)$/,
    list: 'rates',
    entry: ([, instance, region, purchase], price) => ({ instance, region, purchase, price }),
  },
  { pattern: /^([^@/=]+)$/, list: 'servers', entry: ([, server], price) => ({ server, price }) },
];

/** @param day - when the prices are said to hold */
export function readPriceTexts(texts: readonly string[], day: string): Record<string, unknown> {
  const lists: Record<string, Entry[]> = {};
  for (const text of texts) {
    const at = text.indexOf('=');
    const [key, value] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
    const form = at > 0 ? FORMS.find(({ pattern }) => pattern.test(key)) : undefined;
    if (form === undefined || value === '')
      throw new SeekstackError({
        code: 'E_USAGE',
        where: { field: '--price' },
        got: text,
        expected:
          'INSTANCE@REGION/PURCHASE=USD 41/h, SERVER=USD 250k, discount@aws=18%, service@aws/ITEM=USD 0.03 or electricity@NO=EUR 0.07/kWh',
        fix: 'write one of these; quote it, since it holds a space',
      });
    const entry = form.entry([...(form.pattern.exec(key) ?? [])], value);
    lists[form.list] = [...(lists[form.list] ?? []), entry];
  }
  return { schema: 'seekstack/own-prices@1', asOf: day, ...lists };
}
