import { cmgeEditions } from './cmge-editions.data.js';

interface Build {
  build: number;
  client: string | null;
  server: string | null;
}

/**
 * Builds of Windows and the names they were sold under, after https://learn.microsoft.com/windows/release-health/
 * (release-information, windows11-release-information), https://learn.microsoft.com/windows/release-health/windows-server-release-info
 * and, for the older ones, https://learn.microsoft.com/windows/win32/sysinfo/operating-system-version.
 */
const builds: readonly Build[] = [
  { build: 2600, client: 'Windows XP', server: null },
  { build: 3790, client: 'Windows XP x64', server: 'Windows Server 2003' },
  { build: 6000, client: 'Windows Vista', server: null },
  { build: 6001, client: 'Windows Vista SP1', server: 'Windows Server 2008' },
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

/**
 * The product that a kernel dump comes from. Windows 10 20H2 to 22H2 are small packages over the kernel of 2004, and their
 * dumps often tell the build of that kernel, 19041; so that build stands for all of them.
 */
export function kernelProductName(build: number | null, productType: number | null): string | null {
  const name = productName(build, productType);
  return build === kernelOf2004 ? (name?.replace('Windows 10 2004', 'Windows 10 2004 to 22H2') ?? null) : name;
}

const kernelOf2004 = 19041;

/**
 * Releases of CMGE (Windows 10 of the Chinese government) that are made from this build. A hint only: a dump does not tell
 * them from the Windows that they are made from.
 */
export function editionsOf({ osBuild, osName }: { osBuild: number | null; osName: string | null }): string[] {
  if (osBuild === null || (osName !== null && !osName.includes('Windows 10'))) return [];
  return cmgeEditions
    .filter(({ build }) => build === osBuild || (osBuild === kernelOf2004 && build > kernelOf2004 && build <= 19045))
    .map(({ name }) => name);
}
