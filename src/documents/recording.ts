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
  /** What the SDK's own declarations say against the inputs. */
  problems: z.array(z.strictObject({ urn: z.string(), field: z.string(), got: z.string(), expected: z.string() })),
});

export type Recording = z.infer<typeof recordingSchema>;
export type Registration = z.infer<typeof registrationSchema>;
