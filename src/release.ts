/** Which release of Lethe this is, as certificates and the manifests of backups name it. */
import manifest from '../package.json' with { type: 'json' };

export const RELEASE: string = manifest.version;
