interface Build {
  build: number;
  client: string | null;
  server: string | null;
}

/** Builds of Windows and the names they were sold under. */
const builds: readonly Build[] = [
  { build: 6002, client: 'Windows Vista SP2', server: 'Windows Server 2008 SP2' },
  { build: 7600, client: 'Windows 7', server: 'Windows Server 2008 R2' },
  { build: 7601, client: 'Windows 7 SP1', server: 'Windows Server 2008 R2 SP1' },
  { build: 9200, client: 'Windows 8', server: 'Windows Server 2012' },
  { build: 9600, client: 'Windows 8.1', server: 'Windows Server 2012 R2' },
  { build: 10240, client: 'Windows 10 1507', server: null },
  { build: 10586, client: 'Windows 10 1511', server: null },
  { build: 14393, client: 'Windows 10 1607', server: 'Windows Server 2016' },
  { build: 15063, client: 'Windows 10 1703', server: null },
  { build: 16299, client: 'Windows 10 1709', server: 'Windows Server 1709' },
  { build: 17134, client: 'Windows 10 1803', server: 'Windows Server 1803' },
  { build: 17763, client: 'Windows 10 1809', server: 'Windows Server 2019' },
  { build: 18362, client: 'Windows 10 1903', server: 'Windows Server 1903' },
  { build: 18363, client: 'Windows 10 1909', server: 'Windows Server 1909' },
  { build: 19041, client: 'Windows 10 2004', server: 'Windows Server 2004' },
  { build: 19042, client: 'Windows 10 20H2', server: 'Windows Server 20H2' },
  { build: 19043, client: 'Windows 10 21H1', server: null },
  { build: 19044, client: 'Windows 10 21H2', server: null },
  { build: 19045, client: 'Windows 10 22H2', server: null },
  { build: 20348, client: null, server: 'Windows Server 2022' },
  { build: 22000, client: 'Windows 11 21H2', server: null },
  { build: 22621, client: 'Windows 11 22H2', server: null },
  { build: 22631, client: 'Windows 11 23H2', server: null },
  { build: 25398, client: null, server: 'Windows Server 23H2' },
  { build: 26100, client: 'Windows 11 24H2', server: 'Windows Server 2025' },
  { build: 26200, client: 'Windows 11 25H2', server: null },
];

/**
 * The product that a build was sold as; both names when the dump does not say whether it is a server, null for a build
 * that was never sold. `productType`: 1 workstation, 2 domain controller, 3 server.
 */
export function productName(build: number | null, productType: number | null): string | null {
  const known = builds.find((one) => one.build === build);
  if (!known) return null;
  const { client, server } = known;
  if (productType === 1) return client ?? server;
  if (productType === 2 || productType === 3) return server ?? client;
  return client && server ? `${client} or ${server}` : (client ?? server);
}
