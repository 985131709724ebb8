import {
  AnalysisReported,
  AnswerForwarded,
  CaseArchived,
  CaseEscalated,
  CaseEvidencePurged,
  CaseMerged,
  CaseResumed,
  CollectionSuggested,
  CustomerForwarded,
  CustomerReminded,
  EvidenceRequested,
  LevelReached,
  LowGradeGiven,
  ObservationStarted,
  OwnerChanged,
  PlanTicked,
  PlanWritten,
  PurgeOverdue,
  QuestionAsked,
  SurveyAsked,
  UploadAcknowledged,
  UploadQuarantined,
  UploadSpaceAnnounced,
  WebhookDisabled,
  WrongDumpNoticed,
} from '@caserelay/contracts';
import { Hears, type Hearing, type Tell } from '@caserelay/messaging';
import { Controller, Inject } from '@nestjs/common';
import type { Letter } from './compose-letter.js';
import type { LetterEvent, LetterSettings } from './letter-bodies.js';
import { composeWebhookNotice } from './webhook-notice.js';
import { writeLetters } from './write-letters.js';

/** What the door hands over. */
export interface WriteLettersNeeds {
  settings: LetterSettings;
  /** Keeps the letter in the transaction in which the event is heard. */
  keep(letter: Letter, hearing: Hearing): Promise<void>;
  wakeSender(): void;
}
export const WriteLettersNeeds = Symbol('WriteLettersNeeds');

@Controller()
export class WriteLettersConsumer {
  constructor(@Inject(WriteLettersNeeds) private readonly needs: WriteLettersNeeds) {}

  @Hears(UploadSpaceAnnounced)
  async hearUploadSpaceAnnounced(event: UploadSpaceAnnounced, hearing: Hearing): Promise<Tell[]> {
    return await this.write(event, hearing);
  }

  @Hears(EvidenceRequested)
  async hearEvidenceRequested(event: EvidenceRequested, hearing: Hearing): Promise<Tell[]> {
    return await this.write(event, hearing);
  }

  @Hears(CollectionSuggested)
  async hearCollectionSuggested(event: CollectionSuggested, hearing: Hearing): Promise<Tell[]> {
    return await this.write(event, hearing);
  }

  @Hears(WrongDumpNoticed)
  async hearWrongDumpNoticed(event: WrongDumpNoticed, hearing: Hearing): Promise<Tell[]> {
    return await this.write(event, hearing);
  }

  @Hears(UploadAcknowledged)
  async hearUploadAcknowledged(event: UploadAcknowledged, hearing: Hearing): Promise<Tell[]> {
    return await this.write(event, hearing);
  }

  @Hears(UploadQuarantined)
  async hearUploadQuarantined(event: UploadQuarantined, hearing: Hearing): Promise<Tell[]> {
    return await this.write(event, hearing);
  }

  @Hears(AnalysisReported)
  async hearAnalysisReported(event: AnalysisReported, hearing: Hearing): Promise<Tell[]> {
    return await this.write(event, hearing);
  }

  @Hears(CaseEscalated)
  async hearCaseEscalated(event: CaseEscalated, hearing: Hearing): Promise<Tell[]> {
    return await this.write(event, hearing);
  }

  @Hears(CustomerForwarded)
  async hearCustomerForwarded(event: CustomerForwarded, hearing: Hearing): Promise<Tell[]> {
    return await this.write(event, hearing);
  }

  @Hears(AnswerForwarded)
  async hearAnswerForwarded(event: AnswerForwarded, hearing: Hearing): Promise<Tell[]> {
    return await this.write(event, hearing);
  }

  @Hears(CustomerReminded)
  async hearCustomerReminded(event: CustomerReminded, hearing: Hearing): Promise<Tell[]> {
    return await this.write(event, hearing);
  }

  @Hears(ObservationStarted)
  async hearObservationStarted(event: ObservationStarted, hearing: Hearing): Promise<Tell[]> {
    return await this.write(event, hearing);
  }

  @Hears(CaseArchived)
  async hearCaseArchived(event: CaseArchived, hearing: Hearing): Promise<Tell[]> {
    return await this.write(event, hearing);
  }

  @Hears(LevelReached)
  async hearLevelReached(event: LevelReached, hearing: Hearing): Promise<Tell[]> {
    return await this.write(event, hearing);
  }

  @Hears(OwnerChanged)
  async hearOwnerChanged(event: OwnerChanged, hearing: Hearing): Promise<Tell[]> {
    return await this.write(event, hearing);
  }

  @Hears(CaseResumed)
  async hearCaseResumed(event: CaseResumed, hearing: Hearing): Promise<Tell[]> {
    return await this.write(event, hearing);
  }

  @Hears(QuestionAsked)
  async hearQuestionAsked(event: QuestionAsked, hearing: Hearing): Promise<Tell[]> {
    return await this.write(event, hearing);
  }

  @Hears(PlanWritten)
  async hearPlanWritten(event: PlanWritten, hearing: Hearing): Promise<Tell[]> {
    return await this.write(event, hearing);
  }

  @Hears(CaseEvidencePurged)
  async hearEvidencePurged(event: CaseEvidencePurged, hearing: Hearing): Promise<Tell[]> {
    return await this.write(event, hearing);
  }

  @Hears(PlanTicked)
  async hearPlanTicked(event: PlanTicked, hearing: Hearing): Promise<Tell[]> {
    return await this.write(event, hearing);
  }

  @Hears(SurveyAsked)
  async hearSurveyAsked(event: SurveyAsked, hearing: Hearing): Promise<Tell[]> {
    return await this.write(event, hearing);
  }

  @Hears(LowGradeGiven)
  async hearLowGradeGiven(event: LowGradeGiven, hearing: Hearing): Promise<Tell[]> {
    return await this.write(event, hearing);
  }

  @Hears(PurgeOverdue)
  async hearPurgeOverdue(event: PurgeOverdue, hearing: Hearing): Promise<Tell[]> {
    return await this.write(event, hearing);
  }

  @Hears(WebhookDisabled)
  async hearWebhookDisabled(event: WebhookDisabled, hearing: Hearing): Promise<Tell[]> {
    await this.needs.keep(composeWebhookNotice(event, this.needs.settings), hearing);
    hearing.afterCommit(this.needs.wakeSender);
    return [];
  }

  @Hears(CaseMerged)
  async hearMerge(event: CaseMerged, hearing: Hearing): Promise<Tell[]> {
    return await this.write(event, hearing);
  }

  private async write(event: LetterEvent, hearing: Hearing): Promise<Tell[]> {
    const { settings, keep, wakeSender } = this.needs;
    const told = await writeLetters(event, { settings, keep: (letter) => keep(letter, hearing) });
    hearing.afterCommit(wakeSender);
    return told;
  }
}
