import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  BasicConstraints,
  Certificate,
  Extension,
  Extensions,
  GeneralName,
  id_ce_basicConstraints,
  id_ce_subjectAltName,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const COMMON_NAME = '2.5.4.3';
const DAY_MS = 24 * 60 * 60_000;

/** A certificate and its key, in PEM. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

const nameOf = (text: string): Name =>
  new Name([
    new RelativeDistinguishedName([
      new AttributeTypeAndValue({
        type: COMMON_NAME,
        value: new AttributeValue({ utf8String: text }),
      }),
    ]),
  ]);

const extension = (id: string, value: object): Extension =>
  new Extension({ extnID: id, extnValue: new OctetString(AsnConvert.serialize(value)) });

interface Wish {
  readonly name: string;
  readonly issuer: string;
  readonly issuerKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly authority: boolean;
  /** Days from now to its end; negative: over already. */
  readonly days: number;
}

function issue({ name, issuer, issuerKey, publicKey, authority, days }: Wish): string {
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const algorithm = new AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 });
  const end = Date.now() + days * DAY_MS;
  const alternative = new SubjectAlternativeName([new GeneralName({ dNSName: name })]);
  const tbs = new TBSCertificate({
    version: Version.v3,
    serialNumber: new Uint8Array([1, ...randomBytes(8)]).buffer,
    signature: algorithm,
    issuer: nameOf(issuer),
    validity: new Validity({ notBefore: new Date(end - 1000 * DAY_MS), notAfter: new Date(end) }),
    subject: nameOf(name),
    subjectPublicKeyInfo: AsnConvert.parse(spki, SubjectPublicKeyInfo),
    extensions: new Extensions([
      extension(id_ce_basicConstraints, new BasicConstraints({ cA: authority })),
      ...(authority ? [] : [extension(id_ce_subjectAltName, alternative)]),
    ]),
  });
  const signed = sign('sha256', Buffer.from(AsnConvert.serialize(tbs)), issuerKey);
  const certificate = new Certificate({
    tbsCertificate: tbs,
    signatureAlgorithm: algorithm,
    signatureValue: new Uint8Array(signed).buffer,
  });
  const text = Buffer.from(AsnConvert.serialize(certificate)).toString('base64');
  const lines = text.match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

/** A certificate authority of one test file. */
export function createAuthority(issuer = 'Practice test authority') {
  const issuerKey = newKey();
  const publicKey = createPublicKey(issuerKey);
  return {
    certificate: issue({ name: issuer, issuer, issuerKey, publicKey, authority: true, days: 30 }),
    identity(name: string, days = 30): Identity {
      const key = newKey();
      const leaf = { name, issuer, issuerKey, publicKey: createPublicKey(key), authority: false };
      return {
        certificate: issue({ ...leaf, days }),
        key: key.export({ format: 'pem', type: 'pkcs8' }).toString(),
      };
    },
  };
}
