/** Who reaches the API, and whether it is a proxy that was named. */
import { type Check, ok, warn } from '../finding.ts';
import { isLocal } from './way.ts';

export const network: Check = {
  id: 'network',
  look({ config: { host } }) {
    if (isLocal(host))
      return [ok('The API is reached from this machine alone; what comes from elsewhere has a proxy.')];
    return [
      warn(
        `The API listens on ${host}, in plain HTTP: whoever is on the way reads values and API keys.`,
        'Let it listen on 127.0.0.1, with a proxy before it that speaks TLS (src/deploy/README.md, “A proxy”).',
      ),
    ];
  },
};
