/** What a store was found to make of conditions. Found by trying (`probe.ts`), never believed. */
export interface Conditions {
  /** `If-None-Match: *` lets exactly one of many writers win. */
  readonly createIfAbsent: boolean;
  /** How an etag has to be written for `If-Match` to be met by it and by no other. */
  readonly ifMatch: 'quoted' | 'bare' | 'none';
  /** A copy within the store keeps `If-None-Match` and `If-Match` of its destination too. */
  readonly copies: boolean;
  /** The last step of an upload in parts keeps `If-None-Match` too. */
  readonly uploads: boolean;
  /** Why `createIfAbsent` is not there: what the store does instead. */
  readonly lack?: string;
}

/** A store that keeps none. */
export function noConditions(lack: string): Conditions {
  return { createIfAbsent: false, ifMatch: 'none', copies: false, uploads: false, lack };
}

/** The headers of a condition, in the words of the SDK. */
export function conditionHeaders(
  { ifAbsent, ifMatch }: { readonly ifAbsent?: boolean | undefined; readonly ifMatch?: string | undefined },
  style: Conditions['ifMatch'],
): { readonly IfNoneMatch?: string; readonly IfMatch?: string } {
  if (ifAbsent === true) return { IfNoneMatch: '*' };
  if (ifMatch === undefined) return {};
  return { IfMatch: style === 'bare' ? ifMatch : `"${ifMatch}"` };
}
