import { isIPv4 } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { isNodeName, nodeNameRule } from './node-name.ts';

const path = z.string().startsWith('/').max(4096);
const descriptorShape = /^fd:(\d{1,3})$/;
const credentialShape = /^credential:([A-Za-z0-9][A-Za-z0-9._-]{0,63})$/;

/**
 * A file with a secret: a path, `credential:NAME` for a file in $CREDENTIALS_DIRECTORY, or `fd:N` for
 * what is read, once, from a descriptor that the starter opened.
 */
const secretFile = z
  .union([path, z.string().regex(credentialShape), z.string().regex(descriptorShape)])
  .transform((given, context) => {
    const descriptor = descriptorShape.exec(given)?.[1];
    if (descriptor !== undefined) return `/dev/fd/${descriptor}`;
    const name = credentialShape.exec(given)?.[1];
    if (name === undefined) return given;
    const folder = process.env['CREDENTIALS_DIRECTORY'];
    if (folder !== undefined && folder.startsWith('/')) return join(folder, name);
    context.addIssue(`CREDENTIALS_DIRECTORY is not set, so nothing is found under ${given}`);
    return z.NEVER;
  });
const address = z.string().refine(isIPv4, 'is no IPv4 address');
const port = z.number().int().min(0).max(65_535);

const pkcs11 = z.strictObject({
  driver: z.literal('pkcs11'),
  module: path,
  moduleSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  libraryParameters: z.string().max(4096).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  tokenSerial: z.string().max(64),
  tokenLabel: z.string().max(64),
  /** Holds the PIN; one line feed at its end is not part of it. */
  pinFile: secretFile,
});

const software = z.strictObject({
  driver: z.literal('software'),
  /** Holds 32 bytes. */
  keyFile: secretFile,
});

/** The one file an XKS proxy is configured by. Secrets are in files of their own, named here. */
export const configuration = z.strictObject({
  /** Which copy this is; unique among those that share a device. */
  node: z.string().refine(isNodeName, `is not ${nodeNameRule}`),
  listen: z.strictObject({ host: address, port }),
  /** Plain HTTP for load balancers and Prometheus; null for none. */
  probe: z.strictObject({ host: address, port }).nullable(),
  /** PEM files: the whole chain, and its key. Read again when they change. */
  certificate: path,
  privateKey: secretFile,
  /** Off by default: AWS stops presenting client certificates. */
  clientCertificates: z
    .strictObject({ authority: path, names: z.array(z.string().min(1)).min(1) })
    .nullable()
    .default(null),
  servingSet: path,
  /** Holds the 32 bytes under which the serving set is sealed. */
  servingKey: secretFile,
  /** Private to this copy: audit segments, bindings, control socket. */
  stateFolder: path,
  device: z.discriminatedUnion('driver', [pkcs11, software]),
  /** Serving keys that no hardware protects to other computers, knowingly. */
  softwareKeysForOthers: z.boolean().default(false),
  /** How many copies of this proxy AWS may reach. */
  fleetSize: z.number().int().min(1).max(1000).default(1),
  /**
   * For how long a proxy that is told to stop says so on /ping and serves on: longer than a load balancer
   * takes to notice, which sends new connections until then.
   */
  leaveSeconds: z.number().int().min(0).max(300).default(0),
  mostAtOnce: z.number().int().min(1).max(10_000).default(200),
  mostConnections: z.number().int().min(1).max(100_000).default(2000),
});

export type Configuration = z.output<typeof configuration>;
export type ConfigurationInput = z.input<typeof configuration>;

/** @throws Error that names the members that are not as they must be */
export function readConfiguration(given: unknown): Configuration {
  const read = configuration.safeParse(given);
  if (read.success) return read.data;
  const problems = read.error.issues.map(
    ({ path: at, message }) => `${at.length === 0 ? 'the whole' : at.join('.')}: ${message}`,
  );
  throw new Error(`The configuration is not right: ${problems.join('; ')}.`);
}
