/**
 * Which release of Lethe this is, as the command, health, the API's description, certificates and the manifests of
 * backups name it. `package.json` says it, and nothing else does; `test/house/release.test.ts` holds that.
 */
import manifest from '../package.json' with { type: 'json' };

export const RELEASE: string = manifest.version;
