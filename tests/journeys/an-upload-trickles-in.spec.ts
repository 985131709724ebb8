import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aCentre, aCustomer, type Centre } from '../support/a-centre.js';
import { zipOfLargeKernelDump } from '../support/endless-zip.js';
import { TricklingUpload } from '../support/trickling-upload.js';

/*
 * Only the beginning of the gibibyte is sent: the rule is about what is told of it, and the rest would but take the time
 * and the disk of every run. After the letter the upload ends as it does in life when a customer reads such a letter: it
 * is stopped, so a cut archive is received.
 */
const wholeBytes = 2 ** 30;
const onePercent = wholeBytes / 100;
const line = { portionBytes: 32_768, pauseMilliseconds: 100 };
const graceSeconds = 4;
const crash = { build: 17763, bugcheck: 0x139, parameters: [3n, 0xfffff8073a1f5c60n, 0xfffff8073a1f5bb8n, 0n] };

let centre: Centre;

beforeAll(async () => {
  centre = await aCentre('caserelay-trickle-', {
    WRONG_DUMP_GRACE_SECONDS: String(graceSeconds),
    UPLOAD_SETTLE_SECONDS: '1',
  });
}, 120_000);

afterAll(() => centre.close(), 60_000);

describe('a ZIP of 1 GiB that trickles in over SFTP', () => {
  it.each([
    {
      language: 'en',
      notice: [
        /it is not the full dump that the analysis needs/,
        /kernel memory dump/,
        /You may stop this upload/,
        /Complete memory dump/,
      ],
      report: /As we wrote on .*, this is not a full dump/,
    },
    {
      language: 'zh-CN',
      notice: [/它不是分析所需的 Full Dump/, /核心内存转储/, /可以停止这次上传/, /完全内存转储/],
      report: /的邮件中已经说明，它不是 Full Dump/,
    },
  ])(
    'is known before 1 % of it has arrived, and the customer is told of the wrong kind while it arrives, in $language',
    async ({ language, notice, report }) => {
      const customer = await aCustomer(centre, {
        language,
        caseNumber: `CAS-09001-${language === 'en' ? 'E' : 'Z'}1N2G3`,
      });
      const upload = await TricklingUpload.begin(
        await customer.credentials(),
        'MEMORY.zip',
        zipOfLargeKernelDump('MEMORY.DMP', wholeBytes, crash),
        line,
      );
      try {
        const dump = await customer.sees('the case knows the dump', async () => (await customer.arriving())?.dump);
        expect(upload.sentBytes).toBeLessThan(onePercent);
        expect(dump).toMatchObject({
          ...{ member: 'MEMORY.DMP', kind: 'kernel', osBuild: 17763 },
          ...{ bugcheck: { code: '0x139', name: 'KERNEL_SECURITY_CHECK_FAILURE' } },
        });
        expect(dump.expectedBytes).toBeGreaterThan(wholeBytes);
        expect(dump.arrivedBytes).toBeLessThanOrEqual(upload.sentBytes + line.portionBytes);

        const shown = await customer.sees('the console shows it', async () => await customer.told('upload.recognised'));
        const onPage = await customer.sees('the page shows it', async () => {
          const [first] = await customer.arrivingInConsole();
          return first && first.dump !== null && first.bytes > dump.arrivedBytes ? first : null;
        });
        expect(onPage).toMatchObject({ name: 'MEMORY.zip', dump, interruptedAt: null });
        expect(shown.headline.en).toMatch(/0x139 KERNEL_SECURITY_CHECK_FAILURE.*kernel.*17763/);
        expect(upload.sentBytes).toBeLessThan(onePercent);

        const letter = await customer.sees('the customer has the letter', () =>
          customer.lettersAbout('wrong-dump-notice').then(([first]) => first?.text),
        );
        upload.mustGoOn();
        expect(upload.sentBytes).toBeLessThan(onePercent * 5);
        expect(await customer.told('upload.received')).toBeUndefined();
        expect(await customer.told('upload.interrupted')).toBeUndefined();
        for (const each of [/MEMORY\.zip/, /0x139 KERNEL_SECURITY_CHECK_FAILURE/, /17763/, ...notice])
          expect(letter).toMatch(each);
        const noticed = await customer.sees('the notice is told', () => customer.told('case.wrong-dump-noticed'));
        expect(Date.parse(noticed.at) - Date.parse(shown.at)).toBeGreaterThanOrEqual(graceSeconds * 1000);

        await upload.close();
        const last = await customer.sees('the file is reported', () =>
          customer.lettersAbout('analysis-report').then(([first]) => first?.text),
        );
        expect(last).toMatch(report);
        expect((await customer.arriving()) ?? null).toBeNull();
        expect(await customer.arrivingInConsole()).toEqual([]);
        expect((await customer.topics()).filter((topic) => topic === 'wrong-dump-notice')).toHaveLength(1);
      } finally {
        await upload.breakOff();
      }
    },
    90_000,
  );
});
