const swc = {
  swcrc: false,
  module: { type: 'es6' },
  sourceMaps: 'inline',
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true },
    keepClassNames: true,
  },
};

const project = (displayName, testMatch, more = {}) => ({
  displayName,
  rootDir: import.meta.dirname,
  testMatch,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@caserelay/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/\\.data/', '/dist/'],
  transform: { '^.+\\.ts$': ['@swc/jest', swc] },
  ...more,
});

/** The sizes of test: unit needs nothing; services and larger need Postgres, RabbitMQ and Redis. */
export default {
  testTimeout: 30_000,
  // Two at a time, also on larger machines: they share one Postgres, RabbitMQ and Redis. One that has grown is replaced.
  maxWorkers: 2,
  workerIdleMemoryLimit: '1500MB',
  projects: [
    project('unit', ['<rootDir>/{libs,apps}/*/src/**/*.spec.ts']),
    project('contracts', ['<rootDir>/tests/contracts/**/*.spec.ts']),
    project('architecture', ['<rootDir>/tests/architecture/**/*.spec.ts']),
    project('services', ['<rootDir>/tests/services/**/*.spec.ts']),
    project('journeys', ['<rootDir>/tests/journeys/**/*.spec.ts']),
    project('chaos', ['<rootDir>/tests/chaos/**/*.spec.ts']),
  ],
};
