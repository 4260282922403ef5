// biome-ignore-all lint/performance/noBarrelFile: an app imports the package by its name alone
// biome-ignore-all lint/performance/noReExportAll: every shape that a method takes or answers has its name here
/** What the package `lethe-client` exports. Nothing else of it is for apps. */
export { type Fault, LetheError, type LetheErrorCode, type LetheErrorKind, LetheUnreachableError } from './errors.ts';
export { ExactNumber } from './exact-numbers.ts';
export { LetheClient, type LetheClientOptions } from './lethe-client.ts';
export type * from './shapes.ts';
