import { z } from 'zod';
import { certificateKeys } from '../model/xks.ts';
import { op, nothing } from './op.ts';
import { time } from './shapes.ts';

const hostName = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?$/, { message: 'a host name' });

const certificateView = z.strictObject({
  /** Files that proxies on this computer are given. */
  certificate: z.string(),
  privateKey: z.string(),
  current: z
    .strictObject({
      subject: z.string(),
      issuer: z.string(),
      names: z.array(z.string()),
      notBefore: time,
      notAfter: time,
      fingerprint: z.string(),
      /** Certificates of authorities that are sent along. */
      chain: z.number().int(),
    })
    .nullable(),
  /** A key waits for its certificate, whether or not its request can be read. It stays here. */
  waits: z.boolean(),
  pending: z.strictObject({ host: z.string(), csr: z.string(), madeAt: time }).nullable(),
  /** What of the files cannot be read, and what to do; null: nothing. */
  problem: z.string().nullable(),
});

export const xksCertificateOps = {
  certificate: op({
    effect: 'read',
    summary: 'Show the certificate of XKS proxies, and the request for one',
    input: nothing,
    output: certificateView,
  }),
  requestCertificate: op({
    effect: 'change',
    summary: 'Make a key for XKS proxies and the request for its certificate',
    input: z.strictObject({
      /** Absent: the endpoint of the stores, where they have one and the same. */
      host: hostName.nullable().default(null),
      key: z.enum(certificateKeys).default('P-256'),
      /** Gives up a request that is on its way, and its key. */
      confirm: z.boolean().default(false),
    }),
    output: certificateView,
    fails: ['XKS_NO_STORE', 'CONFIRMATION_NEEDED'],
  }),
  importCertificate: op({
    effect: 'change',
    summary: 'Take the certificate that was issued, with its chain, for XKS proxies to show',
    input: z.strictObject({
      /** PEM, the own certificate first. */
      chain: z.string().min(1).max(200_000),
      /** Also from an authority that is not public. */
      confirm: z.boolean().default(false),
    }),
    output: certificateView,
    fails: ['XKS_NO_STORE', 'CONFIRMATION_NEEDED'],
  }),
};
