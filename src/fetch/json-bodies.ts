// JSON out of bytes: whole for small answers, or value by value for files too large to hold.
// In: bytes as they come. Out: the parsed value, or calls with each value at a path; a clear error where it is not JSON or cut short.
import { JSONParser } from '@streamparser/json';
import type { SeekstackError } from '../errors.ts';
import { shapeError } from '../prices/vendor-answer.ts';
import type { BodyReader } from './http-client.ts';

/** Reads a whole answer. */
export function wholeJson(from: string): BodyReader<unknown> {
  return async (bytes) => {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    let text = '';
    try {
      for await (const chunk of bytes) text += decoder.decode(chunk, { stream: true });
      text += decoder.decode();
    } catch (error) {
      if (error instanceof TypeError && (error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
        throw notJson(from, 'bytes that are not UTF-8');
      throw error;
    }
    try {
      return JSON.parse(text);
    } catch {
      throw notJson(from, `${text.length} characters that do not end as JSON does`);
    }
  };
}

/** What stands at a path, with the keys that lead to it. */
export type OnValue = (path: readonly (string | number)[], value: unknown) => void;

/**
 * Reads values at paths such as `$.products.*`, and lets go of each once it has been handed over: memory does not grow with the file.
 * @param finish - makes the result once the whole file was read
 */
export function streamedJson<T>(from: string, paths: readonly string[], onValue: OnValue, finish: () => T): BodyReader<T> {
  return async (bytes) => {
    const parser = new JSONParser({ paths: [...paths], keepStack: false });
    let failure: Error | null = null;
    parser.onValue = ({ key, value, stack }) => {
      const path = [...stack.slice(1).map((each) => each.key), key].filter((each) => each !== undefined);
      // What a handler throws would be taken for a fault of the parser, so it is kept for later.
      try {
        if (failure === null) onValue(path as (string | number)[], value);
      } catch (error) {
        failure = error as Error;
      }
    };
    parser.onError = (error) => {
      failure ??= notJson(from, error.message.slice(0, 120));
    };
    for await (const chunk of bytes) {
      parser.write(chunk);
      if (failure !== null) throw failure;
    }
    if (!parser.isEnded) {
      parser.end();
      throw failure ?? notJson(from, 'a file that ends in the middle');
    }
    return finish();
  };
}

function notJson(from: string, got: string): SeekstackError {
  return shapeError(from, got.replaceAll(/[^\x20-\x7e]/g, '?'), 'one complete JSON document');
}
