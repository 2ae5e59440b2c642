// How a plugin of Pulumi's engine begins and speaks: a gRPC server on a free port, told on the first line of its output.
// In: services of the SDK's own protocol. Out: a running server; messages as plain values, and back.
import { createRequire } from 'node:module';
import process from 'node:process';
import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';

// The SDK's own messages; they are CommonJS without named exports.
const require = createRequire(import.meta.url);
const { Struct } = require('google-protobuf/google/protobuf/struct_pb.js');
const plugins = require('@pulumi/pulumi/proto/plugin_pb.js');

// biome-ignore lint/suspicious/noExplicitAny: generated messages have types only where the SDK ships them
export type Message = any;
export type Call = ServerUnaryCall<Message, Message>;
export type Answer = sendUnaryData<Message>;
export type Values = Record<string, unknown>;

/** How the engine writes what JSON has no word for. @source @pulumi/pulumi runtime/rpc.ts */
const SIGNATURE_KEY = '4dabf18193072939515e22adb298388d';
const SECRET_SIGNATURE = '1b47061264138c4ac30d75fd1eb44270';
/** States of large clusters outgrow the default of four mebibytes. */
const MESSAGE_BYTES_MOST = 256 * 2 ** 20;

/** Starts the server and tells the engine where it listens. */
export async function servePlugin(service: ServiceDefinition, implementation: UntypedServiceImplementation): Promise<void> {
  const server = new Server({ 'grpc.max_receive_message_length': MESSAGE_BYTES_MOST });
  server.addService(service, implementation);
  const port = await new Promise<number>((bound, failed) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, found) =>
      error === null ? bound(found) : failed(error),
    ),
  );
  process.stdout.write(`${port}\n`);
}

export function pluginInfo(version: string): Message {
  const response = new plugins.PluginInfo();
  response.setVersion(version);
  return response;
}

/** A message's content as the engine sent it; secrets keep their marks, and so can be sent back as they are. */
export function valuesOf(message: Message | undefined): Values {
  return message === undefined ? {} : (message.toJavaScript() as Values);
}

export function messageOf(values: Values): Message {
  return Struct.fromJavaScript(values);
}

/** The same without marks. @param shown - what stands for a secret; left out, the secret itself */
export function unmark(value: unknown, shown?: string): unknown {
  if (Array.isArray(value)) return value.map((each) => unmark(each, shown));
  if (typeof value !== 'object' || value === null) return value;
  const record = value as Values;
  if (record[SIGNATURE_KEY] === SECRET_SIGNATURE) return shown ?? unmark(record.value);
  return Object.fromEntries(Object.entries(record).map(([key, inner]) => [key, unmark(inner, shown)]));
}
