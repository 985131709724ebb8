// Who may import whom inside and between the projects. Each rule is seen red in tests/architecture.
const spec = '\\.spec\\.ts$';
const pure = '^libs/(contracts|case-lifecycle|case-papers|business-calendar|mail-thread|crash-dump|event-headlines)/';
const deed = '^apps/[^/]+/src/features/[^/]+/[^./]+\\.ts$';
const framework =
  '(^|node_modules/)(@nestjs|typeorm|pg|bullmq|ioredis|amqplib|ssh2|smtp-server|mailparser|nodemailer|yauzl|express|pino|pino-http|prom-client|rxjs|reflect-metadata|yaml|date-holidays)(/|$)';

module.exports = {
  forbidden: [
    {
      name: 'no service imports another service',
      comment: 'They meet in contracts. Only apps/caserelay, which hosts them all in one process, knows them.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '^apps/caserelay/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'no feature imports another feature',
      comment: 'What two features need is an adapter, a library, or one feature.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/src/features/([^/]+)/' },
      to: { path: '^apps/$1/src/features/', pathNot: '^apps/$1/src/features/$2/' },
    },
    {
      name: 'no adapter imports a feature',
      comment: 'An adapter may name the types of a port that it fills, and no more.',
      severity: 'error',
      from: { path: '^apps/[^/]+/src/adapters/', pathNot: spec },
      to: { path: '^apps/[^/]+/src/features/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'a deed knows no framework',
      comment: 'It names its Needs; the door (.consumer, .controller, .job, .timer, .module) hands them over.',
      severity: 'error',
      from: { path: deed },
      to: { path: framework },
    },
    {
      name: 'a deed knows no adapter',
      comment: 'It names its Needs; that type is the port.',
      severity: 'error',
      from: { path: deed },
      to: { path: '^apps/[^/]+/src/adapters/' },
    },
    {
      name: 'a deed knows no door',
      comment: 'The door calls the deed, never the other way round.',
      severity: 'error',
      from: { path: deed },
      to: { path: '\\.(consumer|controller|job|timer|module)\\.ts$' },
    },
    {
      name: 'a deed takes only types from the platform',
      comment:
        'It returns what it has to tell; messaging and service-host act on it, dump-archive and mail-parser read for it.',
      severity: 'error',
      from: { path: deed },
      to: { path: '^libs/(messaging|service-host|dump-archive|mail-parser)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'a pure library imports only pure libraries and zod',
      comment: 'And htmlparser2, a tokenizer of strings, by which mail-thread renders HTML.',
      severity: 'error',
      from: { path: pure, pathNot: spec },
      to: { pathNot: [pure, '(^|node_modules/)(zod|htmlparser2)(/|$)'], dependencyTypesNot: ['core'] },
    },
    {
      name: 'a pure library touches no machine',
      comment: 'No file, no network, no clock of the operating system: such values are handed in.',
      severity: 'error',
      from: { path: `${pure}src/`, pathNot: spec },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'crash-dump imports nothing but itself',
      comment: 'It is a package of its own, for others as well. Its specs may use Node.',
      severity: 'error',
      from: { path: '^libs/crash-dump/src/', pathNot: spec },
      to: { pathNot: '^libs/crash-dump/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'a package has one door',
      comment: 'From outside only its src/index.ts is imported.',
      severity: 'error',
      from: { path: '^(apps|libs)/([^/]+)/' },
      to: { path: '^(apps|libs)/[^/]+/src/(?!index\\.ts$)', pathNot: '^$1/$2/' },
    },
    {
      name: 'nothing imports tests',
      severity: 'error',
      from: { path: '^(apps|libs|scripts)/', pathNot: spec },
      to: { path: ['^(tests|bench)/', spec] },
    },
    { name: 'no circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'every import leads somewhere',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    parser: 'tsc',
    tsConfig: { fileName: 'tsconfig.base.json' },
    tsPreCompilationDeps: true,
    exclude: { path: '(^|/)(dist|\\.data|\\.nx)/' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@caserelay/source', 'import', 'node', 'types', 'default'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
