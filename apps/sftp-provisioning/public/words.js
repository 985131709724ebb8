/** The words of the page's scripts, in the language that the page was written in. */
const zh = {
  waiting: '等待上传',
  sending: '正在上传',
  paused: '已暂停',
  lost: '网络中断，恢复后自动继续',
  failed: '上传失败',
  receiving: '正在接收',
  interrupted: '已中断',
  received: '已收到',
  complete: '已收到，完整',
  'cut-short': '不完整，请继续上传',
  quarantined: '检出恶意软件，已隔离',
  scan: { clean: '病毒扫描通过', 'not-scanned': '未做病毒扫描' },
  allComplete: '谢谢，文件已全部确认。',
  lacking: (names) => `以下文件不完整，请重新上传或续传：${names}`,
  resumeAt: (bytes) => `已收到 ${bytes}，可从此处继续`,
  chooseAgain: '选择同一文件继续',
  pause: '暂停',
  resume: '继续',
  remove: '移除',
  uploadAnyway: '仍然上传',
  alreadyHere: '同名且大小相同的文件已经收到',
  of: (bytes, all) => `${bytes} / ${all}`,
  perSecond: (bytes) => `${bytes}/秒`,
  left: (time) => `剩余 ${time}`,
  seconds: (count) => `${count} 秒`,
  minutes: (count) => `${count} 分钟`,
  hours: (hours, minutes) => `${hours} 小时 ${minutes} 分钟`,
  copied: '已复制',
  copyFailed: '无法复制，请手动选择',
  notFolders: '不能直接上传文件夹，请先压缩为 ZIP。',
  otherFile: (name) => `选择的不是同一个文件：需要 ${name}，且大小和修改时间相同。`,
  doneSpoken: (name) => `${name} 已收到`,
  offline: '暂时连接不上服务器，正在重试……',
  because: {
    'bad-name': '文件名不可用（过长或含有特殊字符），请重命名后再上传。',
    'bad-size': '文件大小在上传过程中发生了变化，请重新选择文件。',
    'too-large': '文件超过了允许的大小。',
    'too-many': '未完成的上传过多，请先完成或移除一部分。',
    'no-room': '服务器空间不足。已上传的部分会保留，请稍后继续或与我们联系。',
    quota: '上传空间的配额已用完，请与我们联系。',
    busy: '该文件正由另一个连接上传，请稍候再试。',
    changed: '服务器上的文件已被更改或移走，请重新上传。',
    unknown: '找不到这次上传，请重新上传。',
    refused: '服务器拒绝了此文件。',
    'no-pass': '本页的上传权限已过期，请刷新页面并再次点击按钮。已上传的部分会保留。',
    closed: '上传空间已关闭，请在案例邮件中回复我们。',
    expired: '链接已过期，请在案例邮件中回复我们。',
    replaced: '链接已更换，请使用最近的链接。',
    'unreadable-file': '无法读取本地文件，可能已被移动或修改，请重新选择。',
    other: '上传出错，请重试。',
  },
};

const en = {
  waiting: 'Waiting',
  sending: 'Uploading',
  paused: 'Paused',
  lost: 'No connection; goes on by itself',
  failed: 'Failed',
  receiving: 'Arriving',
  interrupted: 'Interrupted',
  received: 'Received',
  complete: 'Received and complete',
  'cut-short': 'Lacks its end; please go on',
  quarantined: 'Malware found; kept apart',
  scan: { clean: 'no malware found', 'not-scanned': 'not scanned for malware' },
  allComplete: 'Thank you, all files are confirmed.',
  lacking: (names) => `These files lack their end; please upload them again or go on: ${names}`,
  resumeAt: (bytes) => `${bytes} are here; it can go on from there`,
  chooseAgain: 'Choose the same file to go on',
  pause: 'Pause',
  resume: 'Resume',
  remove: 'Remove',
  uploadAnyway: 'Upload anyway',
  alreadyHere: 'A file of this name and size has been received already',
  of: (bytes, all) => `${bytes} of ${all}`,
  perSecond: (bytes) => `${bytes}/s`,
  left: (time) => `${time} left`,
  seconds: (count) => `${count} s`,
  minutes: (count) => `${count} min`,
  hours: (hours, minutes) => `${hours} h ${minutes} min`,
  copied: 'Copied',
  copyFailed: 'Could not copy; please select it by hand',
  notFolders: 'A folder cannot be uploaded as it is; please make a ZIP of it first.',
  otherFile: (name) => `This is another file: ${name} of the same size and time of change is needed.`,
  doneSpoken: (name) => `${name} has been received`,
  offline: 'The server cannot be reached at the moment; trying again …',
  because: {
    'bad-name': 'The file name cannot be used (too long, or with special characters). Rename the file and try again.',
    'bad-size': 'The file changed its size while it was uploaded. Choose it again.',
    'too-large': 'The file is larger than is allowed.',
    'too-many': 'Too many uploads are not finished. Finish or remove some first.',
    'no-room': 'The server has no room left. What has arrived is kept; go on later or write to us.',
    quota: 'The quota of your upload space is used up. Please write to us.',
    busy: 'This file is being uploaded by another connection. Try again in a moment.',
    changed: 'The file on the server was changed or taken away. Upload it anew.',
    unknown: 'This upload is not known any more. Upload the file anew.',
    refused: 'The server refused this file.',
    'no-pass':
      'The right of this page to upload has ended. Reload it and press the button again; what has arrived is kept.',
    closed: 'The upload space is closed. Reply in the mail thread of your case.',
    expired: 'The link has expired. Reply in the mail thread of your case.',
    replaced: 'The link was replaced. Use the newest one.',
    'unreadable-file': 'The file cannot be read on your computer; it may have been moved or changed. Choose it again.',
    other: 'The upload failed. Please try again.',
  },
};

const isEnglish = document.documentElement.lang === 'en';
export const words = isEnglish ? en : zh;

const units = ['B', 'KB', 'MB', 'GB', 'TB'];

/** Bytes as file managers show them, in powers of 1024. */
export function inBytes(bytes) {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

export function inTime(seconds) {
  if (seconds < 90) return words.seconds(Math.max(1, Math.round(seconds)));
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? words.minutes(minutes) : words.hours(Math.floor(minutes / 60), minutes % 60);
}

const time = new Intl.DateTimeFormat(isEnglish ? 'en-GB' : 'zh-CN', {
  dateStyle: 'medium',
  timeStyle: 'short',
});
const zone = new Intl.DateTimeFormat(isEnglish ? 'en-GB' : 'zh-CN', { timeZoneName: 'short' });

/** A time in the browser's own zone, which is named. */
export function moment(instant) {
  const date = new Date(instant);
  const name = zone.formatToParts(date).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return `${time.format(date)} ${name}`;
}
