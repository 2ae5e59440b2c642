// Answers of an API, held against the shape its documentation gives; pages followed to the end.
// In: an answer, a zod schema. Out: typed values; SeekstackError where the service answers something else.
import type { z } from 'zod';
import { type Answer, type ApiRequest, type Sender, unreachable } from './send.ts';

/** A hundred thousand comments; a platform that names more pages than this turns in a circle. */
const MOST_PAGES = 1000;

/** Sends a request and reads its answer as `schema`. */
export async function sendFor<T>(sender: Sender, asked: ApiRequest, schema: z.ZodType<T>): Promise<T> {
  return readAs(sender, asked, await sender.send(asked), schema);
}

/** @throws SeekstackError E_UNREACHABLE where the answer has another form than documented */
export function readAs<T>(sender: Sender, asked: ApiRequest, answer: Answer, schema: z.ZodType<T>): T {
  const read = schema.safeParse(answer.json);
  if (read.success) return read.data;
  const at = read.error.issues[0]?.path.join('.') ?? '';
  throw unreachable(sender.connection, asked, null, `answered JSON of another form${at === '' ? '' : ` at ${at}`}`);
}

/**
 * Reads all pages of a list.
 * @param next - the following page's address, out of a page; null after the last
 */
export async function sendForPages<T>(
  sender: Sender,
  first: string,
  schema: z.ZodType<T>,
  next: (page: T, answer: Answer, path: string) => string | null,
): Promise<T[]> {
  const pages: T[] = [];
  const seen = new Set<string>();
  for (let path: string | null = first; path !== null; ) {
    const asked: ApiRequest = { method: 'GET', path };
    if (seen.has(path) || pages.length >= MOST_PAGES)
      throw unreachable(sender.connection, asked, null, 'names pages without end');
    seen.add(path);
    const answer = await sender.send(asked);
    const page = readAs(sender, asked, answer, schema);
    pages.push(page);
    path = next(page, answer, path);
  }
  return pages;
}

/** Whether a write found its comment; one that is gone is no failure. */
export async function sendToPresent(sender: Sender, asked: ApiRequest): Promise<boolean> {
  const answer = await sender.send({ ...asked, accept: [404, 410] });
  return answer.status < 400;
}
