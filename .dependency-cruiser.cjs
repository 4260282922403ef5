/**
 * The import rules (D5), imports of types counted. `src/README.md` says what the folders are; `npm run check` runs this,
 * and `test/house/import-rules.test.ts` plants a violation of each kind.
 *
 * Does not hold: who reads the environment, who prints, and which packages package.json names. `biome.json` holds those.
 */

/** What everybody may import: files that import only each other. All that stand in src/ itself, but for FILES below. */
const COMMON = '((?!(cli|closed-memory|config|demo|main|process-memory|settings)[.])[^/]+[.]ts$|problems/)';

/** All that an edge sees of a noun. */
const SHAPES = '.+/(schema|errors)[.]ts$';

/** What two operations share, and all that they see of each other's area. */
const SHARED =
  'operations/((operation|examples)[.]ts$|[^/]+/(schema|errors|answer|asked-schema|change-token|describe-type|find-verifier|policy-reply|read-job|reveal-window|revealed-schema|role-change|tokenize-memo|upgrade-verifier|whole-tenant)[.]ts$)';

const KEYS = ['keyring/', 'storage/', 'crypto/'];
const FACTS = [
  ...KEYS,
  'access/',
  'audit/',
  'catalogue/',
  'datatypes/',
  'guesses/',
  'hooks/',
  'journal/',
  'records/',
  'search/',
  'subjects/',
  'tokens/',
];
const NOUNS = [...FACTS, 'backup/', 'canaries/', 'doctor/', 'erasure/', 'intake/', 'jobs/'];
const SERVED = ['operations/', 'background/', 'calls/', 'vault/', SHAPES];

/** Parts that are not a folder. */
const FILES = {
  'common files': COMMON,
  'config.ts': '(config|settings)[.]ts$',
  'process files': '(closed-memory|process-memory)[.]ts$',
  'cli/': '((main|cli|demo)[.]ts$|cli/)',
};

/** Each part of src/, the lowest first, and what it may import beside itself and the common files. */
const MAY_IMPORT = {
  'common files': ['crypto/random[.]ts$'],
  'crypto/': [],
  'storage/': ['crypto/'],
  'keyring/': ['storage/', 'crypto/'],
  'datatypes/': ['crypto/phc[.]ts$'],
  'journal/': KEYS,
  'access/': ['journal/', ...KEYS],
  'hooks/': ['access/', ...KEYS],
  'audit/': ['access/', 'hooks/', 'journal/', ...KEYS],
  'records/': ['datatypes/', ...KEYS],
  'tokens/': ['records/', 'datatypes/', ...KEYS],
  'subjects/': KEYS,
  'catalogue/': ['datatypes/', ...KEYS],
  'search/': ['catalogue/', 'records/', 'datatypes/', ...KEYS],
  'guesses/': ['subjects/', 'datatypes/', ...KEYS],
  'erasure/': FACTS,
  'jobs/': ['erasure/', ...FACTS],
  'intake/': ['erasure/', ...FACTS],
  'canaries/': ['intake/', 'erasure/', ...FACTS],
  'backup/': ['canaries/', 'intake/', 'erasure/', ...FACTS],
  'doctor/': ['backup/', 'jobs/', 'erasure/', ...FACTS, 'config[.]ts$', 'process-memory[.]ts$'],
  'vault/': [...NOUNS, '(config|settings)[.]ts$'],
  'calls/': ['vault/', ...NOUNS],
  'background/': ['calls/', 'vault/', ...NOUNS],
  'operations/': ['background/', 'calls/', 'vault/', ...NOUNS, 'config[.]ts$'],
  'http/': [...SERVED, 'config[.]ts$', '(closed|process)-memory[.]ts$'],
  'import/': ['datatypes/(authentication-data|card-number|datatype)[.]ts$'],
  'client/': [],
  'config.ts': ['keyring/settings[.]ts$', 'storage/opening/url[.]ts$'],
  'process files': [],
  'cli/': [...SERVED, 'http/', 'client/', 'import/', '(closed-memory|config|settings|process-memory)[.]ts$'],
};

/** Packages and modules that one part imports alone. */
const ONE_IMPORTER = {
  'crypto/': ['crypto', 'libsodium-wrappers', 'jose', 'shamir-secret-sharing'],
  'storage/': ['better-sqlite3', 'knex', 'pg'],
  'keyring/': ['pkcs11js'],
  'http/': ['express', 'helmet'],
};

const from = (...parts) => `^src/(${parts.map((part) => FILES[part] ?? part).join('|')})`;

/** A package is known by its folder; Node's own module, and what is not installed, by its name. */
const packages = (names) => `(^|node_modules/(@types/)?)(node:)?(${names.join('|')})(/|$)`;

const rule = (name, comment, source, target) => ({ name, comment, severity: 'error', from: source, to: target });

const row = ([part, may]) =>
  rule(
    `${part} imports`,
    `It may import ${may.join(' ')}: imports go one way (D5).`,
    { path: from(part) },
    { path: '^src/', pathNot: from(part, COMMON, ...may) },
  );

const owner = ([part, names]) =>
  rule(
    `packages of ${part}`,
    `Only ${part} imports ${names.join(', ')}.`,
    { path: '^src/', pathNot: from(part) },
    { path: packages(names) },
  );

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...Object.entries(MAY_IMPORT).map(row),
    ...Object.entries(ONE_IMPORTER).map(owner),
    rule(
      'a part without a row',
      'Each part of src/ has a row in MAY_IMPORT.',
      {
        path: '^src/',
        pathNot: from(...Object.keys(MAY_IMPORT)),
      },
      {},
    ),
    rule(
      'operations apart',
      'What two operations share is a noun, or is named in SHARED.',
      { path: '^src/operations/[^/]+/' },
      { path: '^src/operations/', pathNot: from(SHARED) },
    ),
    rule('the process', 'config.ts alone reads the environment.', { path: '^src/' }, { path: packages(['process']) }),
    rule('tests', 'Nothing of the product imports a test.', { path: '^(src|migrations)/' }, { path: '^test/' }),
    rule('circles', 'No two files import each other, by whatever way.', {}, { circular: true }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
  },
};
