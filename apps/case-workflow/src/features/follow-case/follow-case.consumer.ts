import {
  CaseArchived,
  CaseMerged,
  CaseReopened,
  DumpAnalysed,
  DumpUnreadable,
  EvidencePurged,
  EvidenceRecognised,
  MailImported,
  MailReceived,
  MailsPurged,
  ProblemReported,
  ReportsPurged,
  ThreadImported,
  UploadCompleted,
  UploadCutShort,
  UploadReceived,
  UploadRecognised,
  UploadReleased,
  UploadScanned,
  UploadSpaceOpened,
  UploadStarted,
} from '@caserelay/contracts';
import { Hears, type Hearing, type Tell } from '@caserelay/messaging';
import { Controller, Inject } from '@nestjs/common';
import { followCase, followLinkedCase, type Followed, type Needs } from './follow-case.js';

/** Gives the deed what it needs, bound to the transaction of the event being heard. */
export type FollowNeeds = (hearing: Hearing) => Needs;
export const FollowNeeds = Symbol('FollowNeeds');

@Controller()
export class FollowCaseConsumer {
  constructor(@Inject(FollowNeeds) private readonly needs: FollowNeeds) {}

  @Hears(ProblemReported)
  async hearReport(event: ProblemReported, hearing: Hearing): Promise<Tell[]> {
    return this.follow(event, hearing);
  }

  @Hears(MailReceived)
  async hearMail(event: MailReceived, hearing: Hearing): Promise<Tell[]> {
    return this.follow(event, hearing);
  }

  @Hears(ThreadImported)
  async hearThread(event: ThreadImported, hearing: Hearing): Promise<Tell[]> {
    return this.follow(event, hearing);
  }

  @Hears(MailImported)
  async hearImportedMail(event: MailImported, hearing: Hearing): Promise<Tell[]> {
    return this.follow(event, hearing);
  }

  @Hears(UploadSpaceOpened)
  async hearUploadSpace(event: UploadSpaceOpened, hearing: Hearing): Promise<Tell[]> {
    return this.follow(event, hearing);
  }

  @Hears(UploadStarted)
  async hearArrival(event: UploadStarted, hearing: Hearing): Promise<Tell[]> {
    return this.follow(event, hearing);
  }

  @Hears(UploadRecognised)
  async hearRecognition(event: UploadRecognised, hearing: Hearing): Promise<Tell[]> {
    return this.follow(event, hearing);
  }

  @Hears(UploadReceived)
  async hearUpload(event: UploadReceived, hearing: Hearing): Promise<Tell[]> {
    return this.follow(event, hearing);
  }

  @Hears(UploadCompleted)
  async hearCompletion(event: UploadCompleted, hearing: Hearing): Promise<Tell[]> {
    return this.follow(event, hearing);
  }

  @Hears(UploadCutShort)
  async hearCutShort(event: UploadCutShort, hearing: Hearing): Promise<Tell[]> {
    return this.follow(event, hearing);
  }

  @Hears(UploadScanned)
  async hearScan(event: UploadScanned, hearing: Hearing): Promise<Tell[]> {
    return this.follow(event, hearing);
  }

  @Hears(UploadReleased)
  async hearRelease(event: UploadReleased, hearing: Hearing): Promise<Tell[]> {
    return this.follow(event, hearing);
  }

  @Hears(DumpAnalysed)
  async hearAnalysis(event: DumpAnalysed, hearing: Hearing): Promise<Tell[]> {
    return this.follow(event, hearing);
  }

  @Hears(DumpUnreadable)
  async hearUnreadableDump(event: DumpUnreadable, hearing: Hearing): Promise<Tell[]> {
    return this.follow(event, hearing);
  }

  @Hears(EvidenceRecognised)
  async hearOtherEvidence(event: EvidenceRecognised, hearing: Hearing): Promise<Tell[]> {
    return this.follow(event, hearing);
  }

  @Hears(EvidencePurged)
  async hearPurge(event: EvidencePurged, hearing: Hearing): Promise<Tell[]> {
    return this.follow(event, hearing);
  }

  @Hears(MailsPurged)
  async hearMailPurge(event: MailsPurged, hearing: Hearing): Promise<Tell[]> {
    return this.follow(event, hearing);
  }

  @Hears(ReportsPurged)
  async hearReportPurge(event: ReportsPurged, hearing: Hearing): Promise<Tell[]> {
    return this.follow(event, hearing);
  }

  @Hears(CaseArchived)
  async hearArchive(event: CaseArchived, hearing: Hearing): Promise<Tell[]> {
    return followLinkedCase(event, this.needs(hearing));
  }

  @Hears(CaseReopened)
  async hearReopening(event: CaseReopened, hearing: Hearing): Promise<Tell[]> {
    return followLinkedCase(event, this.needs(hearing));
  }

  @Hears(CaseMerged)
  async hearMerge(event: CaseMerged, hearing: Hearing): Promise<Tell[]> {
    return followLinkedCase(event, this.needs(hearing));
  }

  private follow(event: Followed, hearing: Hearing): Promise<Tell[]> {
    return followCase(event, this.needs(hearing));
  }
}
