import type { ConnectionErrorCode, Connectivity } from '../model/key-stores.ts';
import { invalidState, KmsFailure } from '../wire/failures.ts';
import { type ProxyProblem, ProxyTrouble } from './problems.ts';

/** What one problem is called, by who asked. */
interface Naming {
  /** At CreateCustomKeyStore and UpdateCustomKeyStore, without its `XksProxy`. */
  readonly managing: string;
  readonly connecting: ConnectionErrorCode;
  readonly text: string;
}

const unreachable = 'UriUnreachableException';
const configuration = 'InvalidConfigurationException';
const response = 'InvalidResponseException';

const naming = (managing: string, connecting: ConnectionErrorCode, text: string): Naming => ({
  managing,
  connecting,
  text,
});

const unreadable = naming(
  response,
  'XKS_PROXY_INVALID_RESPONSE',
  'KMS cannot make sense of the answer of the external key store proxy.',
);
const refusal = (why: string): string => `The external key store proxy rejected the request${why}.`;

/** Facts 6 (what the AWS customer sees) and the connection error codes of section 11. */
const names: Readonly<Record<ProxyProblem, Naming>> = {
  'unknown host': naming(
    unreachable,
    'XKS_PROXY_NOT_REACHABLE',
    'The practice KMS does not leave this computer, and nobody told it where on it the host of the XksProxyUriEndpoint is: see --xks-connect and POST /xks-connect.',
  ),
  'not reachable': naming(
    unreachable,
    'XKS_PROXY_NOT_REACHABLE',
    'KMS cannot reach the external key store proxy. Check that it runs, and the endpoint and path of the key store.',
  ),
  'timed out': naming(
    unreachable,
    'XKS_PROXY_TIMED_OUT',
    'The external key store proxy did not answer in time.',
  ),
  dropped: naming(
    unreachable,
    'NETWORK_ERRORS',
    'The connection to the external key store proxy broke before the answer was complete.',
  ),
  'no tls': naming(
    unreachable,
    'XKS_PROXY_INVALID_TLS_CONFIGURATION',
    'What answers at the endpoint of the external key store proxy does not speak TLS.',
  ),
  'bad tls': naming(
    configuration,
    'XKS_PROXY_INVALID_TLS_CONFIGURATION',
    'KMS cannot open a TLS connection to the external key store proxy. Check its TLS versions and its certificate.',
  ),
  'wrong name': naming(
    configuration,
    'XKS_PROXY_INVALID_TLS_CONFIGURATION',
    'The certificate of the external key store proxy is not for the host of the XksProxyUriEndpoint.',
  ),
  'bad answer': unreadable,
  'wrong integrity value': naming(
    response,
    'XKS_PROXY_INVALID_RESPONSE',
    'The ciphertext from the external key store proxy does not match its integrity value.',
  ),
  'no manager': naming(
    unreachable,
    'XKS_PROXY_NOT_REACHABLE',
    'The external key store proxy reports that all of its key managers are unavailable.',
  ),
  ValidationException: { ...unreadable, text: refusal(' because it found it invalid') },
  InternalException: { ...unreadable, text: refusal(' because of an internal error') },
  UnsupportedOperationException: {
    ...unreadable,
    text: refusal(' because it does not support it'),
  },
  InvalidStateException: {
    ...unreadable,
    text: refusal(' because the external key, or its key store, is not in a usable state'),
  },
  InvalidCiphertextException: {
    ...unreadable,
    text: refusal(
      ' because the ciphertext or the additional authenticated data is corrupted, missing or otherwise invalid',
    ),
  },
  InvalidKeyUsageException: {
    ...unreadable,
    text: refusal(' because the external key does not support the operation'),
  },
  KeyNotFoundException: {
    ...unreadable,
    text: refusal(' because it did not find the external key'),
  },
  AuthenticationFailedException: naming(
    'IncorrectAuthenticationCredentialException',
    'INVALID_CREDENTIALS',
    refusal(' because it could not authenticate KMS. Check the credential of the key store'),
  ),
  AccessDeniedException: naming(
    configuration,
    'XKS_PROXY_ACCESS_DENIED',
    refusal(' because its rules deny access'),
  ),
  InvalidUriPathException: naming(
    configuration,
    'XKS_PROXY_INVALID_CONFIGURATION',
    refusal(' because of an invalid URI path. Check the path of the key store'),
  ),
  ThrottlingException: naming(
    unreachable,
    'XKS_PROXY_NOT_REACHABLE',
    refusal(' because the request rate is too high'),
  ),
  DependencyTimeoutException: naming(
    unreachable,
    'XKS_PROXY_TIMED_OUT',
    refusal(' because what it depends on did not answer in time'),
  ),
};

/** The failure of CreateCustomKeyStore and UpdateCustomKeyStore. */
export function managingFailure({ problem }: ProxyTrouble, connectivity: Connectivity): KmsFailure {
  const { managing, text } = names[problem];
  if (connectivity === 'VPC_ENDPOINT_SERVICE') {
    if (problem === 'unknown host') {
      return new KmsFailure('XksProxyVpcEndpointServiceNotFoundException', text);
    }
    if (problem === 'wrong name') {
      return new KmsFailure('XksProxyVpcEndpointServiceInvalidConfigurationException', text);
    }
  }
  return new KmsFailure(`XksProxy${managing}`, text);
}

/** Why ConnectCustomKeyStore ends in FAILED. */
export function connectionError(
  { problem }: ProxyTrouble,
  connectivity: Connectivity,
): ConnectionErrorCode {
  if (connectivity === 'VPC_ENDPOINT_SERVICE') {
    if (problem === 'unknown host') return 'XKS_VPC_ENDPOINT_SERVICE_NOT_FOUND';
    if (problem === 'wrong name') return 'XKS_VPC_ENDPOINT_SERVICE_INVALID_CONFIGURATION';
  }
  return names[problem].connecting;
}

const createKey: Partial<Record<ProxyProblem, string>> = {
  KeyNotFoundException: 'XksKeyNotFoundException',
  InvalidStateException: 'XksKeyInvalidConfigurationException',
  InvalidKeyUsageException: 'XksKeyInvalidConfigurationException',
};

/** The failure of CreateKey when GetKeyMetadata did not work. */
export const createKeyFailure = ({ problem }: ProxyTrouble): KmsFailure =>
  new KmsFailure(createKey[problem] ?? 'CustomKeyStoreInvalidStateException', names[problem].text);

/** The failure of every use of a key: one code, the text tells what happened. */
export const useFailure = ({ problem }: ProxyTrouble): KmsFailure =>
  invalidState(names[problem].text);

/** Turns a proxy's trouble into the failure that the caller of KMS sees; leaves other errors be. */
export async function translated<T>(
  work: Promise<T>,
  failure: (trouble: ProxyTrouble) => KmsFailure,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof ProxyTrouble ? failure(error) : error;
  }
}
