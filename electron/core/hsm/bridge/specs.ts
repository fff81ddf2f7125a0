/** What the bridge is told to open. Travels to the bridge only; the key is zeroed after sending. */
export type OpenSpec =
  | {
      readonly driver: 'pkcs11';
      /** Symlinks resolved. */
      readonly path: string;
      readonly sha256: string;
      readonly libraryParameters?: string;
      readonly serial: string;
      readonly label: string;
    }
  | { readonly driver: 'software' };

export interface ModuleSpec {
  readonly path: string;
  readonly sha256: string;
  readonly libraryParameters?: string;
}

export interface InitializeSpec extends ModuleSpec {
  readonly label: string;
  readonly soPin: Uint8Array;
  readonly pin: Uint8Array;
}
