import type { Language, Phase, Solved } from '@caserelay/contracts';
import type { Outcome } from './serve-customer.js';

const zh = {
  title: '您的案例',
  caseTitle: (number: string) => `案例 ${number}`,
  otherLanguage: 'English',
  refusedTitle: '无法打开此页面',
  refused: '链接无效或已失效。请确认链接是否复制完整；如果仍无法打开，请直接回复案例邮件，我们会与您联系。',
  phases: {
    reported: '我们已受理，正在准备。',
    'awaiting-evidence': '等待您提供数据。',
    analysing: '正在分析您上传的文件。',
    escalated: '二线工程师正在处理。',
    'action-planned': '方案已给出，等待您执行。',
    observing: '观察中：如果问题再次出现，请告诉我们。',
    archived: '已归档。如果问题复现，请直接回复案例邮件，案例会重新打开。',
    merged: '已合并到另一个案例继续处理，案例号见我们的合并通知邮件。您仍可直接回复案例邮件。',
  } satisfies Record<Phase, string>,
  nothing: '目前没有需要您在此页面上处理的事项。',
  plan: {
    title: '请执行的步骤',
    by: (name: string) => `由${name || '我们的工程师'}制定。`,
    byPlaybook: '根据分析结果给出。',
    intro: '每完成一步请勾选；无法执行或有情况要说明时，请写在该步骤下面。可以分多次保存，也可以取消勾选。',
    how: '操作方法',
    done: (name: string, time: string) => `${name}于 ${time} 勾选`,
    words: '留言（可不填）',
    save: '保存',
    open: (open: number, all: number) => (open === 0 ? `全部 ${all} 步均已完成。` : `共 ${all} 步，还有 ${open} 步。`),
  },
  survey: {
    title: '服务评价',
    intro: '请评价我们对此案例的服务，大约需要一分钟。只能提交一次。',
    until: (time: string) => `评价在 ${time} 之前有效。`,
    grade: '您对我们的服务满意吗？',
    grades: ['非常不满意', '不满意', '一般', '满意', '非常满意'],
    solved: '问题是否已经解决？',
    answers: { yes: '已解决', partly: '部分解决', no: '未解决' } satisfies Record<Solved, string>,
    words: '您的意见或建议（可不填）',
    send: '提交评价',
    thanks: '感谢您的评价。',
    yourGrade: '评分',
    yourSolved: '问题是否解决',
    yourWords: '意见或建议',
    at: '提交时间',
    unsaid: '未说明',
    closed: (time: string | null) =>
      `评价已${time === null ? '' : `于 ${time} `}截止。如仍有意见，请直接回复案例邮件。`,
  },
  outcomes: {
    ticked: '已保存，谢谢。',
    answered: '您的评价已收到，谢谢。',
    'answered-before': '此案例已经评价过，以第一次提交的为准，如下所示。如需补充，请直接回复案例邮件。',
    closed: '评价已截止，没有保存。如仍有意见，请直接回复案例邮件。',
    changed: '案例在此期间有了变化，您刚才填写的内容没有保存。以下是最新情况，请再看一次。',
  } satisfies Record<Outcome, string>,
  unfit: {
    incomplete: '请选择分数，并说明问题是否已经解决。',
    'too-long': '填写的文字太长，没有保存。请缩短后再提交，或直接回复案例邮件。',
    unknown: '没有保存：表单不完整。请在下面重新填写。',
  },
  stale: '页面打开的时间太久，还没有保存。请确认下面的内容，再提交一次。',
  reply: '如有其他情况需要告知，请直接回复案例邮件。此页面只供案例联系人使用，请勿转发。',
};

type Texts = typeof zh;

const en: Texts = {
  title: 'Your case',
  caseTitle: (number) => `Case ${number}`,
  otherLanguage: '中文',
  refusedTitle: 'This page cannot be opened',
  refused:
    'The link is not valid, or not any more. Please check that it was copied whole; if it still does not open, just reply to the mail of your case and we will get in touch.',
  phases: {
    reported: 'We have taken it on and are preparing.',
    'awaiting-evidence': 'We are waiting for data from you.',
    analysing: 'We are analysing the files that you sent.',
    escalated: 'A senior engineer is looking at it.',
    'action-planned': 'There is a plan; we are waiting for you to carry it out.',
    observing: 'Under observation: please tell us if the problem comes back.',
    archived: 'Archived. If the problem comes back, just reply to the mail of your case and it is opened again.',
    merged:
      'Merged with another case, whose number is in our mail about it. You can go on replying to the mails of your case.',
  },
  nothing: 'There is nothing for you to do on this page at the moment.',
  plan: {
    title: 'What to do',
    by: (name) => `Written by ${name || 'our engineer'}.`,
    byPlaybook: 'From what the analysis found.',
    intro:
      'Please tick each step when it is done. If one cannot be done, or there is something to say, write it below the step. You can save several times, and take a tick back.',
    how: 'How to do it',
    done: (name, time) => `ticked by ${name}, ${time}`,
    words: 'A word about it (if you like)',
    save: 'Save',
    open: (open, all) => (open === 0 ? `All ${all} steps are done.` : `${open} of ${all} steps are left.`),
  },
  survey: {
    title: 'Your opinion',
    intro: 'Please tell us how we did in this case. It takes about a minute and can be sent once.',
    until: (time) => `An answer counts until ${time}.`,
    grade: 'How satisfied are you with our service?',
    grades: ['very dissatisfied', 'dissatisfied', 'neither', 'satisfied', 'very satisfied'],
    solved: 'Is the problem solved?',
    answers: { yes: 'Yes', partly: 'Partly', no: 'No' },
    words: 'What went well, what should we do better? (if you like)',
    send: 'Send',
    thanks: 'Thank you for your answer.',
    yourGrade: 'Grade',
    yourSolved: 'Solved',
    yourWords: 'Your words',
    at: 'Sent',
    unsaid: 'not said',
    closed: (time) =>
      `The survey closed${time === null ? '' : ` on ${time}`}. If there is something to say, just reply to the mail of your case.`,
  },
  outcomes: {
    ticked: 'Saved, thank you.',
    answered: 'We have your answer, thank you.',
    'answered-before':
      'This case was answered before; the first answer counts and is shown below. To add something, just reply to the mail of your case.',
    closed:
      'The survey is closed, so nothing was saved. If there is something to say, just reply to the mail of your case.',
    changed:
      'The case has changed meanwhile, and what you filled in was not saved. Below is how it stands now; please look again.',
  },
  unfit: {
    incomplete: 'Please choose a grade, and say whether the problem is solved.',
    'too-long':
      'Your words are too long, so nothing was saved. Please shorten them, or just reply to the mail of your case.',
    unknown: 'Nothing was saved: the form was not whole. Please fill it in again below.',
  },
  stale: 'The page was open for too long, and nothing is saved yet. Please look at it once more and send it again.',
  reply:
    'If there is anything else to tell, just reply to the mail of your case. This page is for the contact of the case alone; please do not pass it on.',
};

export const texts: Record<Language, Texts> = { 'zh-CN': zh, en };

/** The language that is asked for by `?lang=`, else what the browser prefers; null when neither is one of ours. */
export function languageOf(asked: string | null, acceptLanguage: string): Language | null {
  const wish = [asked ?? '', ...acceptLanguage.slice(0, 200).split(',')].find((language) =>
    /^\s*(zh|en)\b/i.test(language),
  );
  if (wish === undefined) return null;
  return /^\s*en/i.test(wish) ? 'en' : 'zh-CN';
}
