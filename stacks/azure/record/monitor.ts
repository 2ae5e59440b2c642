// A stand-in of Pulumi's engine: it answers the SDK over gRPC as the engine does, makes nothing, and writes everything down.
// In: answers for properties that only Azure knows. Out: addresses for the SDK, and every registration in order.
import { createRequire } from 'node:module';
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';

// The SDK's own messages; they are CommonJS without named exports.
const require = createRequire(import.meta.url);
const { Empty } = require('google-protobuf/google/protobuf/empty_pb.js');
const structs = require('google-protobuf/google/protobuf/struct_pb.js');
const { ResourceMonitorService } = require('@pulumi/pulumi/proto/resource_grpc_pb.js');
const resources = require('@pulumi/pulumi/proto/resource_pb.js');
const providers = require('@pulumi/pulumi/proto/provider_pb.js');
const { EngineService } = require('@pulumi/pulumi/proto/engine_grpc_pb.js');
const engines = require('@pulumi/pulumi/proto/engine_pb.js');

/** One resource as the SDK asked for it. Inputs are plain JSON; a secret is `{ secret: value }`. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly parent: string;
  /** False for components, which group others and cost nothing. */
  readonly custom: boolean;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** URNs it waits for: those named, and those its inputs come from. */
  readonly dependencies: readonly string[];
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly aliases: readonly string[];
  readonly provider: string;
  /** Of the provider's SDK. */
  readonly version: string;
}

export interface Recording {
  readonly registrations: Registration[];
  /** Functions of the provider that were called, with their arguments. */
  readonly invocations: { readonly token: string; readonly args: unknown }[];
  /** What the program exported, secrets marked. */
  outputs: Readonly<Record<string, unknown>>;
  /** What the program complained of. */
  readonly errors: string[];
}

/** What Azure, and other stacks, would answer. */
export interface Answers {
  /** Properties that Azure would add to what it was asked for. */
  readonly made: (registration: Pick<Registration, 'type' | 'name' | 'inputs'>) => Readonly<Record<string, unknown>>;
  /** Properties of what is there already, by type: another stack and its outputs. */
  readonly found: (type: string) => Readonly<Record<string, unknown>>;
  /** What a function of the provider returns. */
  readonly called: (token: string) => Readonly<Record<string, unknown>>;
}

export interface Monitor {
  readonly address: string;
  readonly recording: Recording;
  stop(): void;
}

/** How the SDK writes what JSON has no word for. @source @pulumi/pulumi runtime/rpc.ts */
const SIGNATURE_KEY = '4dabf18193072939515e22adb298388d';
const SECRET_SIGNATURE = '1b47061264138c4ac30d75fd1eb44270';
const SEVERITY_ERROR = 3;
const FEATURES = new Set(['secrets', 'resourceReferences', 'aliasSpecs', 'deletedWith']);
const STACK_TYPE = 'pulumi:pulumi:Stack';

// biome-ignore lint/suspicious/noExplicitAny: generated messages have types only where the SDK ships them
type Message = any;
type Call = ServerUnaryCall<Message, Message>;
type Answer = sendUnaryData<Message>;

export async function startMonitor(project: string, stack: string, answers: Answers): Promise<Monitor> {
  const recording: Recording = { registrations: [], invocations: [], outputs: {}, errors: [] };
  let rootUrn = '';
  const server = new Server();
  server.addService(ResourceMonitorService, {
    supportsFeature: (call: Call, answer: Answer) => {
      const response = new resources.SupportsFeatureResponse();
      response.setHassupport(FEATURES.has(call.request.getId()));
      answer(null, response);
    },
    registerResource: (call: Call, answer: Answer) => {
      const request = call.request;
      const urn = `urn:pulumi:${stack}::${project}::${request.getType()}::${request.getName()}`;
      const inputs = readable(request.getObject()) as Record<string, unknown>;
      const registration: Registration = {
        type: request.getType(),
        name: request.getName(),
        urn,
        parent: request.getParent(),
        custom: request.getCustom(),
        inputs,
        dependencies: [...request.getDependenciesList()].sort(),
        protect: request.getProtect() === true,
        retainOnDelete: request.getRetainondelete() === true,
        aliases: [
          ...request.getAliasurnsList(),
          ...request.getAliasesList().map((alias: Message) => alias.getUrn() || alias.getSpec()?.getName() || ''),
        ],
        provider: request.getProvider(),
        version: request.getVersion(),
      };
      const response = new resources.RegisterResourceResponse();
      response.setUrn(urn);
      if (registration.type !== STACK_TYPE) {
        recording.registrations.push(registration);
        if (registration.custom) response.setId(`/recorded/${registration.name}`);
        response.setObject(structs.Struct.fromJavaScript({ ...plain(inputs), ...answers.made(registration) }));
      }
      answer(null, response);
    },
    readResource: (call: Call, answer: Answer) => {
      const request = call.request;
      const response = new resources.ReadResourceResponse();
      response.setUrn(`urn:pulumi:${stack}::${project}::${request.getType()}::${request.getName()}`);
      response.setProperties(
        structs.Struct.fromJavaScript({ ...plain(readable(request.getProperties())), ...answers.found(request.getType()) }),
      );
      answer(null, response);
    },
    registerResourceOutputs: (call: Call, answer: Answer) => {
      if (call.request.getUrn().includes(STACK_TYPE))
        recording.outputs = readable(call.request.getOutputs()) as Record<string, unknown>;
      answer(null, new Empty());
    },
    invoke: (call: Call, answer: Answer) => {
      recording.invocations.push({ token: call.request.getTok(), args: readable(call.request.getArgs()) });
      const response = new providers.InvokeResponse();
      response.setReturn(structs.Struct.fromJavaScript(answers.called(call.request.getTok())));
      answer(null, response);
    },
    signalAndWaitForShutdown: (_call: Call, answer: Answer) => answer(null, new Empty()),
  });
  server.addService(EngineService, {
    log: (call: Call, answer: Answer) => {
      if (call.request.getSeverity() >= SEVERITY_ERROR) recording.errors.push(call.request.getMessage());
      answer(null, new Empty());
    },
    setRootResource: (call: Call, answer: Answer) => {
      rootUrn = call.request.getUrn();
      answer(null, new engines.SetRootResourceResponse());
    },
    getRootResource: (_call: Call, answer: Answer) => {
      const response = new engines.GetRootResourceResponse();
      response.setUrn(rootUrn);
      answer(null, response);
    },
  });
  const port = await new Promise<number>((bound, failed) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, found) =>
      error === null ? bound(found) : failed(error),
    ),
  );
  return { address: `127.0.0.1:${port}`, recording, stop: () => server.forceShutdown() };
}

/** A message's content as JSON, secrets marked. */
function readable(message: Message | undefined): unknown {
  return message === undefined ? {} : unwrap(message.toJavaScript());
}

function unwrap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrap);
  if (typeof value !== 'object' || value === null) return value;
  const record = value as Record<string, unknown>;
  if (record[SIGNATURE_KEY] === SECRET_SIGNATURE) return { secret: unwrap(record.value) };
  return Object.fromEntries(Object.entries(record).map(([key, inner]) => [key, unwrap(inner)]));
}

/** Without the marks, as an engine that was asked to remember would answer. */
function plain(value: unknown): Record<string, never> {
  const strip = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(strip);
    if (typeof inner !== 'object' || inner === null) return inner;
    const record = inner as Record<string, unknown>;
    const keys = Object.keys(record);
    if (keys.length === 1 && keys[0] === 'secret') return strip(record.secret);
    return Object.fromEntries(Object.entries(record).map(([key, each]) => [key, strip(each)]));
  };
  return strip(value) as Record<string, never>;
}
