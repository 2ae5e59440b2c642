// What an Azure program registered with a stand-in of Pulumi's engine: the graph that the rules read.
import { z } from 'zod';

export const registrationSchema = z.strictObject({
  type: z.string(),
  name: z.string(),
  urn: z.string(),
  parent: z.string(),
  custom: z.boolean(),
  inputs: z.record(z.string(), z.unknown()),
  dependencies: z.array(z.string()),
  protect: z.boolean(),
  retainOnDelete: z.boolean(),
  aliases: z.array(z.string()),
  provider: z.string(),
  version: z.string(),
});

export const recordingSchema = z.strictObject({
  schema: z.literal('seekstack/recording@1'),
  /** Version of the SDK whose entry point ran the program. */
  sdk: z.string(),
  registrations: z.array(registrationSchema),
  invocations: z.array(z.strictObject({ token: z.string(), args: z.unknown() })),
  outputs: z.record(z.string(), z.unknown()),
  /** What declarations of the SDK and of Azure's own client packages say against the inputs, and which of them. */
  problems: z.array(
    z.strictObject({
      urn: z.string(),
      field: z.string(),
      got: z.string(),
      expected: z.string(),
      source: z.string().default("the SDK's declarations"),
    }),
  ),
  /** Azure's own client packages, and how many words and models each was asked about. */
  consulted: z
    .array(z.strictObject({ source: z.string(), words: z.int().nonnegative(), models: z.int().nonnegative() }))
    .default([]),
  /** Enumerations of the SDK that none of these packages has. */
  unknownWords: z.array(z.string()).default([]),
});

export type Recording = z.infer<typeof recordingSchema>;
export type Registration = z.infer<typeof registrationSchema>;
