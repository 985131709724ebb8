import type { Language, Solved } from '@caserelay/contracts';

/** What letters say of the customer's page: the plan that is ticked there, and the survey. */
export interface CustomerTexts {
  /** Names the link to the page. */
  page: string;
  pageNote: string;
  plan: { how: string; open: string; openIntro: string };
  survey: {
    title: string;
    intro: string;
    atPage: string;
    byReply: string;
    until(time: string): string;
  };
  lowGrade: {
    intro(by: string): string;
    grade: string;
    ofFive(grade: number): string;
    solved: string;
    answers: Record<Solved, string>;
    words: string;
    noWords: string;
    why(atOrBelow: number, policy: string): string;
  };
  ticked: {
    intro(by: string): string;
    done: string;
    undone: string;
    said: string;
    left(open: number, all: number): string;
  };
}

const zhCn: CustomerTexts = {
  page: '您的案例页面',
  pageNote: '打开链接即可，无需登录；请勿转发给与案例无关的人。',
  plan: {
    how: '每完成一步，请在下面的页面上勾选，也可以回复此邮件并告知步骤编号；如果某一步无法执行，请在页面上写明或回复告知。',
    open: '方案中尚未勾选的步骤',
    openIntro: '以下步骤还没有收到完成的消息。如果已经完成，请勾选或回复告知；如果无法执行，也请告诉我们。',
  },
  survey: {
    title: '服务评价',
    intro: '您的案例已经归档。想请您用一分钟评价我们的服务，您的意见会直接送达负责的工程师和主管。',
    atPage: '请在下面的页面上选择 1 到 5 的分数（5 为非常满意），并告诉我们问题是否已经解决，也欢迎写下建议。',
    byReply: '请回复此邮件，写一个 1 到 5 的分数（5 为非常满意），也欢迎写下建议。',
    until: (time) =>
      `评价在 ${time} 之前有效。评价不影响我们继续为您提供支持：如果问题复现，请直接回复此邮件说明情况。`,
  },
  lowGrade: {
    intro: (by) => `${by || '客户'}对以下已归档的案例评价较低，请了解原因，必要时联系客户。`,
    grade: '评分',
    ofFive: (grade) => `${grade} 分（满分 5 分）`,
    solved: '问题是否解决',
    answers: { yes: '已解决', partly: '部分解决', no: '未解决' },
    words: '客户的意见',
    noWords: '客户没有留下文字意见。',
    why: (atOrBelow, policy) => `为什么通知您：策略 ${policy} 规定，评分不高于 ${atOrBelow} 分时通知您。`,
  },
  ticked: {
    intro: (by) => `${by || '客户'}在案例页面上反馈了方案的执行情况，请查看是否需要答复。`,
    done: '已完成',
    undone: '未完成',
    said: '客户留言',
    left: (open, all) => (open === 0 ? `全部 ${all} 步均已勾选。` : `共 ${all} 步，还有 ${open} 步未勾选。`),
  },
};

const en: CustomerTexts = {
  page: 'Your page of this case',
  pageNote: 'The link opens it without a login; please pass it on to nobody who has no part in the case.',
  plan: {
    how: 'Please tick each step on the page below when it is done, or reply to this mail and tell us its number. If one cannot be done, say so there or here.',
    open: 'Steps of the plan that are not ticked yet',
    openIntro:
      'We have not heard yet that these steps are done. If they are, tick them or tell us by reply; if one cannot be done, please tell us as well.',
  },
  survey: {
    title: 'Your opinion',
    intro:
      'Your case is archived. Would you take a minute to tell us how it went? What you say goes straight to the engineers who cared for it.',
    atPage:
      'Please choose a grade from 1 to 5 (5 is best) on the page below and say whether the problem is solved; suggestions are welcome.',
    byReply: 'Please reply to this mail with a grade from 1 to 5 (5 is best); suggestions are welcome.',
    until: (time) =>
      `An answer counts until ${time}. It does not end our support: if the problem comes back, just reply to this mail and tell us.`,
  },
  lowGrade: {
    intro: (by) =>
      `${by || 'The customer'} gave a low grade to the following archived case. Please find out why, and contact them where it helps.`,
    grade: 'Grade',
    ofFive: (grade) => `${grade} of 5`,
    solved: 'Was it solved?',
    answers: { yes: 'yes', partly: 'partly', no: 'no' },
    words: 'What the customer says',
    noWords: 'The customer left no words.',
    why: (atOrBelow, policy) =>
      `Why you are told: policy ${policy} wants you to know of grades of ${atOrBelow} and below.`,
  },
  ticked: {
    intro: (by) =>
      `${by || 'The customer'} told on the page of the case how the plan is going. Please see whether an answer is needed.`,
    done: 'done',
    undone: 'not done',
    said: 'The customer says',
    left: (open, all) => (open === 0 ? `All ${all} steps are ticked.` : `${open} of ${all} steps are not ticked yet.`),
  },
};

const texts: Record<Language, CustomerTexts> = { 'zh-CN': zhCn, en };

export const customerTextsOf = (language: Language): CustomerTexts => texts[language];
