/** KiB. */
export interface Sizes {
  readonly raw: number;
  readonly gzip: number;
  readonly brotli: number;
}
export interface BundleSize {
  /** What a start loads. */
  readonly start: Sizes;
  readonly all: Sizes;
}
export const limits: Readonly<
  Record<'start' | 'all', { readonly raw: number; readonly gzip: number }>
>;
export function bundleSize(folder: string): BundleSize;
export function tooLarge(size: BundleSize): readonly string[];
export function sizeLine(size: BundleSize): string;
