import type { Language } from '@caserelay/contracts';
import { inLanguage, instructionsOf } from '@caserelay/crash-dump';
import { findingWords } from './finding-words.data.js';
import type { HistoryLine } from './history-line.js';
import { noteInWords } from './note-in-words.js';
import { papersWords } from './papers-words.data.js';
import { bytesInWords, timeIn } from './time-in-words.js';

/** What is known around a line when it is told. */
export interface Around {
  readonly zone: string;
  readonly uploads: readonly { uploadId: string; name: string }[];
}

const longestText = 1_000;

/** What happened, as a sentence, and what somebody said with it; null for a line that says nothing by itself. */
export function lineInWords(
  line: HistoryLine,
  language: Language,
  around: Around,
): { words: string; text: string | null } | null {
  const say = papersWords[language].line;
  const time = (instant: string): string => timeIn(around.zone, instant);
  const said = (words: string, text: string | null = null) => ({ words, text: text === null ? null : clip(text) });
  switch (line.type) {
    case 'case.opened':
      return said(say.opened);
    case 'mail.kept':
      return said(say.mail[line.data.author], line.data.words);
    case 'case.evidence-requested':
      return said(
        say.asked(
          listed(
            line.data.wanted.map((each) => papersWords[language].evidence[each]),
            language,
          ),
        ),
      );
    case 'case.collection-suggested':
      return said(say.collection);
    case 'upload.kept':
      return said(say.received(line.data.name, bytesInWords(line.data.bytes)));
    case 'cut-short.kept':
      return said(say.cutShort(nameOf(line.data.uploadId, around)));
    case 'case.wrong-dump-noticed':
      return said(say.noticed(line.data.name));
    case 'case.analysis-reported': {
      const { name, verdict, reason } = line.data;
      return said(say.read(name, say.verdict[verdict]), reason === '' ? null : inLanguage(reason, language));
    }
    case 'upload.settled': {
      const { reading, uploadId } = line.data;
      return reading?.as === 'other' ? said(say.seen(nameOf(uploadId, around), reading.description)) : null;
    }
    case 'case.escalated': {
      const { to, because, reason } = line.data;
      return said(
        say.escalated(to.name, papersWords[language].because[because]),
        noteInWords(reason, around.uploads, language),
      );
    }
    case 'case.action-planned':
      return said(say.advised(listed(titlesOf(line.data.steps, language), language), time(line.data.checkAt)));
    case 'case.plan-written':
      return said(
        say.planned(line.data.by.name),
        line.data.items.map((item, index) => `${index + 1}. ${item}`).join('\n'),
      );
    case 'item.ticked':
      return said(say.ticked(line.data.by.name, line.data.item, line.data.isDone));
    case 'case.plan-ticked': {
      const { by, items, openItems, ofItems } = line.data;
      const said = items.flatMap(({ item, words }) => (words === null ? [] : [`${item}. ${words}`]));
      return { words: say.customerTicked(by.name, ofItems - openItems, ofItems), text: clip(said.join('\n')) || null };
    }
    case 'case.question-asked':
      return said(say.questioned(line.data.by.name), line.data.text);
    case 'question.closed':
      return said(say.questionClosed(line.data.by.name), line.data.answer);
    case 'case.customer-forwarded':
      return line.data.kind === 'question' ? said(say.forwarded) : null;
    case 'case.answer-forwarded':
      return said(say.answered(line.data.from.name), line.data.text);
    case 'case.customer-reminded':
      return said(say.reminded(line.data.step, line.data.ofSteps));
    case 'case.observation-started':
      return said(say.observing[line.data.because](time(line.data.until)));
    case 'case.archived':
      return said(say.archived[line.data.because], line.data.engineerSummary);
    case 'case.reopened':
      return said(say.reopened[line.data.because]);
    case 'case.held':
      return said(say.held(line.data.by.name, time(line.data.until)), line.data.reason);
    case 'case.resumed':
      return said(say.resumed(line.data.by?.name ?? null));
    case 'case.priority-changed':
      return said(say.priority(line.data.by.name, line.data.from, line.data.to));
    case 'case.owner-changed':
      return said(say.handedOver(line.data.by.name), line.data.note);
    case 'case.level-reached': {
      const { clock, percent, to } = line.data;
      return said(say.level(papersWords[language].clocks[clock] ?? clock, percent, to.name));
    }
    case 'case.clock-acknowledged':
      return said(
        say.acknowledged(papersWords[language].clocks[line.data.clock] ?? line.data.clock, line.data.by.name),
      );
    case 'case.linked':
      return said(say.linked(line.data.other.caseNumber, papersWords[language].links[line.data.as]));
    case 'case.unlinked':
      return said(say.unlinked(line.data.other.caseNumber));
    case 'note.kept':
      return said(say.noted(line.data.by.name), line.data.text);
  }
}

/** The titles of playbook items; one that this version does not know is shown by its name. */
export function titlesOf(steps: readonly string[], language: Language): string[] {
  return steps.map((step) => instructionsOf(step, language)?.title ?? step);
}

/** At most so many characters; one that takes two units is not cut in half. */
export function clip(text: string, length = longestText): string {
  const trimmed = text.trim();
  if (trimmed.length <= length) return trimmed;
  return `${trimmed.slice(0, length).replace(/[\ud800-\udbff]$/, '')}…`;
}

function listed(items: readonly string[], language: Language): string {
  return items.join(findingWords[language].between);
}

function nameOf(uploadId: string, { uploads }: Around): string {
  return uploads.find((upload) => upload.uploadId === uploadId)?.name ?? uploadId;
}
