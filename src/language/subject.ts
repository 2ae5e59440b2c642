// One subject's messages: the same keys in every language.

/** Holds every language to the keys of the first. */
export function subject<Key extends string>(messages: {
  readonly en: Record<Key, string>;
  readonly nb: Record<NoInfer<Key>, string>;
}) {
  return messages;
}
