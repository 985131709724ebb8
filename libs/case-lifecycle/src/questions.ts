import { Refusal, type PersonCommand } from '@caserelay/contracts';
import type { Known, Question } from './case.js';
import { ourWord } from './our-word.js';
import { contactOf } from './report.js';
import type { Turn } from './turn.js';

type Asked<Type extends PersonCommand['type']> = Extract<PersonCommand, { type: Type }>;

/** More at once nobody answers. */
const mostOpen = 20;

/** Asks the customer; their silence is reminded of it. */
export function askQuestion(turn: Turn, questionId: string, { by, text }: Asked<'ask-question'>): void {
  contactOf(turn);
  const open = openQuestions(turn.known).length;
  if (open >= mostOpen)
    throw new Refusal(
      `${open} questions are open; expected fewer than ${mostOpen}: close what was answered`,
      `已有 ${open} 个待答问题；最多 ${mostOpen} 个，请先关闭已答复的问题`,
    );
  const { file, space } = turn.known;
  turn.say({ type: 'case.question-asked', data: { file, questionId, text, by, space } });
  ourWord(turn, by);
}

export function closeQuestion(turn: Turn, { questionId, by, answer }: Asked<'close-question'>): void {
  const question = turn.known.questions?.find((one) => one.questionId === questionId);
  if (!question)
    throw new Refusal(
      `the case has no question ${questionId}; expected one that was asked in it`,
      `案例中没有问题 ${questionId}；应为本案例提出过的问题`,
    );
  if (question.closed) return;
  turn.say({ type: 'question.closed', data: { questionId, by, answer } });
}

/** What was asked and nobody has closed, oldest first. */
export function openQuestions({ questions = [] }: Pick<Known, 'questions'>): Question[] {
  return questions.filter(({ closed }) => closed === null);
}

/** What the customer has not written a word on since. */
export function unheardQuestions(known: Pick<Known, 'questions'>): Question[] {
  return openQuestions(known).filter(({ heardIn }) => heardIn === null);
}
