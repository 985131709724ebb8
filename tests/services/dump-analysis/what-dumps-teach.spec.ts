import type { EventOf } from '@caserelay/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fullDump, kernelDump, zipOf } from '../../support/synthetic-dump.js';
import { kernelMemory } from '../../support/synthetic-memory.js';
import { AnalysisDesk, type Answer } from './analysis-desk.js';
import { encryptedPathOf, evidenceAt } from '../../support/evidence.js';

let desk: AnalysisDesk;
beforeAll(async () => {
  desk = await AnalysisDesk.open({});
}, 60_000);
afterAll(() => desk.close(), 60_000);

function analysed(answer: Answer): EventOf<'dump.analysed'>['data'] {
  if (answer.type !== 'dump.analysed') throw new Error(`found ${JSON.stringify(answer)}; expected dump.analysed`);
  return answer.data;
}

/** A crash with a filter driver of another company on the stack; without its version when its resource is paged out. */
function filterDump({ hasVersion }: { hasVersion: boolean }): Buffer {
  const memory = kernelMemory({ withFilter: true });
  if (!hasVersion) memory.unmap(0xfffff80738a18000n, 'paged-out');
  return fullDump({ memory });
}

describe('the whole report', () => {
  it('lies in the evidence store as the event says, with every module and every dump of the upload', async () => {
    const caseId = randomUUID();
    const archive = zipOf({ 'MEMORY.DMP': fullDump(), 'old/MEMORY.DMP': kernelDump() });
    const { report, uploadId } = analysed(await desk.read('MEMORY.zip', archive, caseId));
    expect(report?.location).toBe(`analyses/${caseId}/${uploadId}.json`);
    const content = await evidenceAt(desk.system.environment, report?.location ?? '');
    expect(content.length).toBe(report?.bytes);
    expect(createHash('sha256').update(content).digest('hex')).toBe(report?.sha256);
    const whole = JSON.parse(content.toString()) as { dumps: { file: string; modules: { name: string }[] }[] };
    expect(whole.dumps.map(({ file }) => file)).toEqual(['MEMORY.DMP', 'old/MEMORY.DMP']);
    const files = ['en.html', 'json', 'zh-CN.html'].map((ending) => `${uploadId}.${ending}.encrypted`);
    const path = encryptedPathOf(desk.system.environment, report?.location ?? '');
    expect(readdirSync(dirname(path)).sort()).toEqual(files);
    expect(report?.page?.location).toBe(`analyses/${caseId}/${uploadId}.zh-CN.html`);
    const page = (await evidenceAt(desk.system.environment, report?.page?.location ?? '')).toString();
    expect(page).toContain('<html lang="zh-CN">');
    expect(page).toContain('<h1>MEMORY.zip</h1>');
    for (const file of ['MEMORY.DMP', 'old/MEMORY.DMP'])
      expect(page).toMatch(new RegExp(`<a href="#[^"]+">${file}</a>`));
  });

  it('is not written for what is no dump', async () => {
    const upload = await desk.ask('programs.txt', Buffer.from('Name\tVersion'));
    expect(await desk.answerTo(upload)).toMatchObject({ type: 'evidence.recognised' });
    const folder = join(desk.system.environment['EVIDENCE_DIR'] as string, 'analyses');
    expect(readdirSync(folder)).not.toContain(upload.caseId);
  });
});

describe('a further dump of a case', () => {
  it('is compared with the earlier ones, those of other cases aside', async () => {
    const caseId = randomUUID();
    const first = await desk.ask('MEMORY1.DMP', filterDump({ hasVersion: true }), caseId);
    expect(analysed(await desk.answerTo(first)).comparison).toBeUndefined();
    const again = await desk.ask('MEMORY2.DMP', filterDump({ hasVersion: true }), caseId);
    expect(analysed(await desk.answerTo(again)).comparison).toEqual({
      ...{ sameSignatureAs: [first.uploadId], isNewSignature: false },
      ...{ previous: first.uploadId, previousName: 'MEMORY1.DMP' },
      ...{ changedModules: [], moreChangedModules: 0, osBuildChanged: false },
    });
    const other = await desk.read('MEMORY3.DMP', fullDump({ bugcheck: 0x50, build: 19045 }), caseId);
    expect(analysed(other).comparison).toMatchObject({
      isNewSignature: true,
      sameSignatureAs: [],
      osBuildChanged: true,
    });
  });

  it('is compared with one that was read at the same time', async () => {
    const caseId = randomUUID();
    const uploads = [
      await desk.ask('A.DMP', filterDump({ hasVersion: true }), caseId),
      await desk.ask('B.DMP', filterDump({ hasVersion: true }), caseId),
    ];
    const answers = [];
    for (const upload of uploads) answers.push(analysed(await desk.answerTo(upload)));
    expect(answers.filter(({ comparison }) => comparison === undefined)).toHaveLength(1);
    expect(answers.filter(({ comparison }) => comparison?.sameSignatureAs.length === 1)).toHaveLength(1);
  });
});

describe('a version that a dump does not hold', () => {
  it('is that of an earlier dump of another case, and nobody believes a build of which dumps say different things', async () => {
    await desk.system.query(`truncate ${desk.schema}.known_version`);
    const unknown = analysed(await desk.read('MEMORY.DMP', filterDump({ hasVersion: false })));
    expect(unknown.findings[0]?.culprit?.company).not.toBe('Acme Storage GmbH');
    await desk.read('MEMORY.DMP', filterDump({ hasVersion: true }));
    const learnt = analysed(await desk.read('MEMORY.DMP', filterDump({ hasVersion: false })));
    expect(learnt.findings[0]?.culprit).toMatchObject({ name: 'acmeflt.sys', fileVersion: '4.2.1.77' });
    expect(learnt.findings[0]?.culprit?.reasons.join()).toMatch(/as an earlier dump/);
    // Another dump tells another version of the same build: one of them lies.
    await desk.system.query(
      `update ${desk.schema}.known_version set file_version = '9.9.9.9' where name = 'acmeflt.sys'`,
    );
    await desk.read('MEMORY.DMP', filterDump({ hasVersion: true }));
    const disputed = analysed(await desk.read('MEMORY.DMP', filterDump({ hasVersion: false })));
    expect(disputed.findings[0]?.culprit?.name).not.toBe('acmeflt.sys');
  }, 60_000);
});
