export interface PackContext {
  readonly appOutDir: string;
  readonly electronPlatformName: string;
  readonly packager: {
    readonly appInfo: { readonly productFilename: string };
    readonly executableName?: string;
  };
}
export function programIn(context: PackContext): string;
export function afterPack(context: PackContext): Promise<void>;
