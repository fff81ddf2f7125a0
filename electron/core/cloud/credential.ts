import type { Secret } from '../kernel/secret.ts';

/**
 * What a connection signs its calls with. The secrets stay the caller's: a connection copies what
 * it needs and wipes its copy on close. AWS's signing code wants text, so while a connection is
 * open the engine may hold the secret as a string too; nothing can wipe that.
 */
export type CloudCredential =
  | KeyCredential
  | SessionCredential
  | ProfileCredential
  | RoleCredential;

interface Named {
  /** What people here call it: said where AWS refuses it, or what was asked with it. */
  readonly name?: string;
}

/** A long-term access key, typed or from the CSV file AWS gives. */
export interface KeyCredential extends Named {
  readonly kind: 'keys';
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
}

/** A temporary access key with its session token. */
export interface SessionCredential extends Named {
  readonly kind: 'session';
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken: Secret;
  /** Wall clock ms; null when the person did not say. */
  readonly expiresAt: number | null;
}

/** A profile of the shared AWS configuration files. Only its keys and its role are read. */
export interface ProfileCredential extends Named {
  readonly kind: 'profile';
  readonly profile: string;
  /** Files to read in place of the usual ones. */
  readonly credentialsFile?: string;
  readonly configFile?: string;
}

/** A role taken on with another credential. */
export interface RoleCredential extends Named {
  readonly kind: 'assume-role';
  readonly source: Exclude<CloudCredential, RoleCredential>;
  readonly roleArn: string;
  readonly externalId?: string;
  /** ARN or serial of the MFA device; its code is asked for each time a session is made. */
  readonly mfaSerial?: string;
  /** 15 minutes to 12 hours; one hour by default. */
  readonly durationSeconds?: number;
}
