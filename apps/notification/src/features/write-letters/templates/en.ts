import type { Texts } from './texts.js';

/** What letters say in English. */
export const en: Texts = {
  subject: (caseNumber, topic, token) => `[Case: ${caseNumber}] ${topic} ${token}`,
  answerPrefix: 'Re: ',
  colon: ': ',
  comma: ', ',
  heading: (text) => `${text}\n${'-'.repeat(text.length)}`,
  greetCustomer: (name) => `Dear ${name || 'customer'},`,
  greetColleague: (name) => `Hi ${name || 'colleague'},`,
  footer: {
    phone: (phone) => `Service phone: ${phone}`,
    reply: 'If you have any question, just reply to this mail and keep the case number in the subject.',
  },
  span: ({ days, hours, minutes }) => `${days} d ${hours} h ${minutes} min`,
  warning: (text) => `Important: ${text}`,
  labels: {
    malware: 'Malware',
    askedAt: 'Asked at',
    awaited: 'No answer yet on',
    scanner: 'Found by',
    scannedAt: 'Scanned at',
    caseNumber: 'Case number',
    token: 'Tracking token',
    partner: 'Partner',
    endCustomer: 'End customer',
    contact: 'Contact',
    owner: 'Engineer in charge',
    problem: 'Problem definition',
    protocol: 'Protocol',
    host: 'Host',
    port: 'Port',
    account: 'User name',
    password: 'Password (open the link)',
    linkExpiresAt: 'The link expires at',
    folder: 'Upload folder',
    fingerprint: 'Host key fingerprint',
    file: 'File',
    size: 'Size',
    arrived: 'Arrived when it was recognised',
    sha256: 'SHA-256',
    bugcheck: 'Stop code',
    exception: 'Exception',
    crash: 'Crashed in',
    culprit: 'Suspected module',
    culpritReasons: 'Why it is suspected',
    system: 'System version',
    crashedAt: 'Crashed at',
    uptime: 'Uptime before the crash',
    kind: 'Kind of dump',
    completeness: 'Completeness',
    fault: 'Error while reading',
    note: 'Noted by the program',
    from: 'From',
    until: 'Observed until',
    progress: 'Progress',
    priority: 'Priority',
    package: 'Whole package',
    clock: 'Clock',
    startedAt: 'Started',
    goal: 'Time agreed',
    dueAt: 'Due',
    heldSince: 'On hold since',
    reason: 'Reason',
    survey: 'Survey',
    deletedFiles: 'Files deleted',
    fileKind: 'Kind',
    receivedAt: 'Received at',
    deletedAt: 'Deleted at',
  },

  questions: {
    title: 'Please reply to this mail with',
    of: {
      'os-version':
        'The version of the operating system: press Win+R, run winver (or open Settings - System - About) and send us the version and the OS build, for example "1809, 17763.592". Please say whether it is a customised image (such as V2020-L).',
      'reproduction-steps':
        'Are there fixed steps that lead to the blue screen? If so, please write them down in order; if it is random or comes with a freeze, please say so as well.',
    },
  },
  evidence: {
    'full-dump': 'the full dump (complete memory dump) of a blue screen, compressed to a ZIP file and uploaded',
    'installed-programs': 'a screenshot of the installed programs (appwiz.cpl) with whole names and versions',
    'collected-logs': 'the collected system information and logs, compressed and uploaded',
    'os-version': 'the version and build of the operating system (run winver); a reply by mail is enough',
    'reproduction-steps': 'whether fixed steps lead to the blue screen; a reply by mail is enough',
  },
  collectionTool: (url) => ({
    title: 'Run the collection tool',
    steps: [
      `Download the collection tool (${url}) and unpack it to a local drive.`,
      'Make sure that there is no folder "log" on the desktop.',
      'Double-click the unpacked .exe file; when asked "Do you want to allow this app to make changes to your device", choose Yes.',
      'Read the notice, press any key, and wait 1 to 3 minutes: the folder "log" appears on the desktop of the current user.',
      'Compress the folder "log" to a ZIP file and upload it.',
    ],
  }),
  causes: {
    'corrupted-list':
      '0x139 with 3 as parameter 1 means that a list of the kernel (LIST_ENTRY) was corrupted, for instance by removing an entry twice. Windows stops when it finds the damage; the code that did it has often run earlier. This is mostly due to a driver (.sys file) of third-party software, and faulty memory cannot be ruled out; the stop code alone does not tell which driver.',
    'corrupted-structure':
      '0x139 means that a critical data structure of the kernel was corrupted. Windows stops when it finds the damage; the code that did it has often run earlier. A driver bug is the usual reason, faulty memory a possible one.',
    'unhandled-exception':
      'A kernel-mode program raised an exception that nothing handled. The address usually points to the faulty driver or function, but if something else had damaged memory before, that address is only the victim; a full dump is needed to tell them apart.',
    'bad-access':
      'Kernel-mode code accessed an invalid address, or did so at an interrupt level where it must not. The usual reason is a driver bug, next is faulty memory.',
    'memory-corruption':
      'The memory manager or a pool found damaged data. The usual reason is a driver that writes out of bounds, next is faulty memory.',
    'caught-by-verifier':
      'Driver Verifier (special pool) caught a forbidden access on the spot. That is what it was enabled for: this dump very likely points straight to the faulty driver.',
    hardware:
      'The hardware reported an error that could not be corrected. Check processor, memory, board, cooling and power first, and update BIOS and firmware.',
    storage:
      'Windows met an error while reading or writing the disk or the file system. Back up the data first, then check disk, cables and storage drivers.',
    'program-crashed':
      'This is a dump of a user-mode process: it tells about a crash of that program, not about a blue screen.',
    other: 'The stop code and its parameters alone do not tell the reason; a full dump is needed to look further.',
  },

  uploadSpace: {
    title: 'Upload',
    announced:
      'The account is ready and can be passed on to the customer. The password is not in this mail; please open the link below to see it.',
    how: [
      'There are two ways to the same place: upload in the page behind the link, which needs nothing but a browser, or use an SFTP program. The page shows both step by step.',
      'For SFTP use the FileZilla client (download: https://filezilla-project.org/download.php?type=client), WinSCP or the sftp command, and choose the protocol SFTP.',
      'Press the button on the page to see the account, and keep the password safe: the link expires and shows it a limited number of times only; if it no longer works, reply to this mail.',
      'When you connect for the first time, compare the host key fingerprint shown by your client with the one above.',
      'With SFTP, make sure that you are in the upload folder before the upload. On both ways an interrupted upload can be resumed.',
    ],
    linkExpired:
      'The password is still the same. The link to see it has expired; if you did not keep the password, reply to this mail to get a new link.',
    consent: 'A dump holds the contents of memory at the moment of the crash: please make sure that the user consents.',
  },
  firstResponse: {
    intro: 'We have taken on the problem that you reported and will work with you to solve it.',
    scope: 'If you do not agree with this scope, please tell us soon by replying to this mail.',
    whyFullDump:
      'A full dump is needed to analyse a blue screen: a small dump holds the stop code and a little of the stack only and cannot show what damaged the memory. A dump that you already have can be uploaded right away; you will be told at once whether it can be used.',
  },
  collection: {
    intro:
      'While we wait for a blue screen that leaves a full dump, we suggest collecting system information for a first look.',
    privacy:
      'What is collected: basic system information, network configuration, updates, drivers and the system event log, to see whether errors were logged at the time of the blue screen or freeze. Personal documents are not collected. If the user does not consent for reasons of privacy, just tell us; the case goes on without it.',
  },
  notice: {
    intro: (name) =>
      `The file "${name}" that you began to upload is not all here yet, but its first part shows already that it is not the full dump that the analysis needs. We tell you now so that you need not wait for the rest.`,
    arrived: (bytes, expected) =>
      expected === null ? bytes : `${bytes}; the whole dump, unpacked, has at least ${expected}`,
    lacks: {
      full: 'This is a full dump.',
      active: 'This is an active memory dump; it can be analysed.',
      kernel:
        'A kernel memory dump holds the memory of the kernel and of drivers only, not that of programs: it cannot show which program called a driver at the time of the crash and with which data, nor where damaged data came from. The stop code and the drivers can be seen, but that is not enough to be sure of the root cause.',
      triage:
        'A small memory dump holds the stop code, a little of one stack and the list of drivers only; neither data of the kernel nor memory of programs was written. It cannot show what damaged the memory, so the root cause cannot be found for sure.',
      'header-only':
        'This dump has a header and no memory: besides the stop code and the version of Windows nothing can be seen, so the root cause cannot be found.',
      user: 'This is the dump of one program: it tells about a crash of that program, not about a blue screen. It holds no memory of the kernel or of drivers and cannot be used to analyse the blue screen.',
    },
    nowTitle: 'What you can do now',
    mayHoldAnother:
      'If there is a full dump in this archive as well, please let the upload finish: it is analysed as usual once it is found, and you need not mind this mail.',
    now: [
      'You may stop this upload; the case goes on without it. You may also let it finish: we analyse it as usual and tell you what it shows, but a full dump is still needed afterwards.',
      'Please look at C:\\Windows\\MEMORY.DMP on the computer with the blue screen: if its size is close to that of the physical memory, it is a full dump; compress and upload that one.',
      'Otherwise please configure a full dump as described below, and upload the new MEMORY.DMP after the next blue screen.',
    ],
    where: (account, folder) =>
      `The upload account (${account}), its password and the folder (${folder}) stay the same; an interrupted transfer can be resumed.`,
  },
  acknowledged: {
    intro: 'We have received your file and are looking at what it holds.',
    next: [
      'Please compare size and SHA-256 with your local file (to compute it: certutil -hashfile FILE SHA256).',
      'If it holds a dump, the result comes by mail; if that is not a full dump or is incomplete, it will say what to do.',
      'If there is a new full dump of a blue screen, compress and upload it at any time; no notice is needed.',
    ],
  },
  cutShort: {
    intro: (name) =>
      `Your file "${name}" is not complete: the connection ended in order, but the end of the file has not come. What is here is kept; there is no need to begin again.`,
    arrived: (found, expected) => (expected === null ? `${found} (the end is missing)` : `${found} of ${expected}`),
    how: (name, bytes) => [
      `Please resume the upload with the same account and file name from byte ${bytes} on; only the rest is transferred. With the sftp command: reput "${name}"; FileZilla: upload again and choose "Resume file transfer"; WinSCP: choose "Resume".`,
      'Please do not change or pack the local file anew before that; otherwise upload it from its beginning, or under another name.',
      'If the local file is just as large as what is here, that file itself is incomplete: please copy or pack it again on the computer that had the problem, and upload that.',
    ],
    looking:
      'We are looking at the part that is here already, and tell you in another mail what it shows. Once the rest has come, the whole file is analysed again.',
  },
  purgeOverdue: {
    intro:
      'Retention of this case is over and its evidence was asked to be removed, but not everybody has answered in the time that the policy gives.',
    parts: {
      uploads: 'uploads (sftp-provisioning)',
      mails: 'raw mails and attachments (intake)',
      reports: 'reports of analyses (dump-analysis)',
    },
    next: 'Please look at these services, their queues and their dead letters; once all have answered the customer gets the proof. This is told once.',
  },
  quarantined: {
    intro: (name) =>
      `Malware was found in your file "${name}". The file is kept apart and cannot be read through the upload account any more; other files are not affected.`,
    told: (name) =>
      `Malware was found in the file "${name}" that the customer uploaded. It is kept apart and cannot be read through the upload account any more; the customer is told as well.`,
    now: [
      'Please let an antivirus program with current signatures scan the whole computer that this file comes from.',
      'If this is a memory dump, it is analysed as ever: a dump holds what was in memory, and the malware may be what made the computer crash.',
      'If you think that this is a false alarm, please reply to this mail. Please do not mail us any sample of malware.',
    ],
    how: [
      'Please do not fetch or open this file on another way.',
      'Dumps are still analysed, in a process of their own with limits; the result comes as ever.',
      'If it is a false alarm an operator can release the file and say why (POST /v1/uploads/{id}/release); that is written to the audit log.',
    ],
  },
  report: {
    intro: (name) => `Your file "${name}" was analysed. This is the result.`,
    dump: (position, member) => `Dump ${position}${member === null ? '' : `: ${member}`}`,
    earlier: 'Dumps uploaded before',
    meaning: 'What this means',
    sameAsBefore: (code) => `The stop code is the same as before (${code}); most likely it has the same cause.`,
    otherThanBefore: (code, earlier) =>
      `This stop code (${code}) differs from the earlier one (${earlier}). Changing stop codes are common when a driver damages memory or memory is faulty, but these may as well be two separate problems; a full dump is needed to be sure.`,
    headerOnly:
      'These conclusions were drawn by a program from the header of the dump, without symbol files; they do not name a driver.',
    withoutSymbols:
      'These conclusions were drawn by a program without symbol files; the module that is named is where to begin, not a proof.',
    verdictTitle: 'Conclusion',
    verdict: {
      'full-dump': 'This is a complete full dump; it can be analysed in depth.',
      'not-a-full-dump':
        'This is not a full dump. It lacks part of the memory at the time of the crash and cannot show what damaged the data, so it cannot be analysed in depth for now. Please configure a full dump as described below and upload it after the next blue screen.',
      'dump-truncated':
        'The dump is incomplete: the file is smaller than its header demands, and a debugger fails to open it. Usually copying or uploading was interrupted, or power was cut before the dump was written. Please compress it as described below and upload it again.',
      'dump-unreadable':
        'The file cannot be read as a Windows dump. Please compress and upload the original MEMORY.DMP again as described below.',
    },
    encrypted:
      'The archive is protected by a password and could not be opened. Please pack the dump again without a password and upload it; the upload itself is encrypted. Please send no password by mail. If your rules demand an encrypted archive, upload it as it is and tell your engineer the password by telephone: he or she opens it by hand.',
    noticed: {
      'full-dump': (time) =>
        `In our mail of ${time} we said that this is not a full dump; only a part of it was here then. Now that the whole file has arrived, a complete full dump was found in it, which can be analysed in depth. Please disregard that mail.`,
      'not-a-full-dump': (time) =>
        `As we wrote on ${time}, this is not a full dump. Below is all that it shows; a full dump is still needed to be sure of the root cause.`,
      'dump-truncated': (time) =>
        `In our mail of ${time} we said that this is not a full dump; only a part of it was here then. Now that the whole file has arrived, a full dump was found in it, but it is incomplete, smaller than its header demands. If the original file is still there, please compress and upload it again.`,
      'dump-unreadable': (time) =>
        `As we wrote on ${time}, this is not a full dump; besides, the whole file cannot be read as a Windows dump. There is no need to upload it again.`,
    },
    noticedGoOn:
      'Please go on with the steps of that mail and upload a full dump after the next blue screen; if it is configured already, there is nothing to repeat.',
    stepsTitle: 'What we suggest',
    passOn: 'No customer contact is known for this case yet: please pass the result below on to the customer.',
  },
  escalated: {
    intro: 'The following case needs your help. This is all that is known so far.',
    because: {
      'dump-damaged': 'The dumps collected so far are damaged or incomplete; the automatic analysis cannot go on.',
      'no-known-plan': 'The dump can be read, but no known plan fits it; a person has to analyse it.',
      'analysis-overdue': 'The analysis has taken longer than agreed; a person has to look at it.',
      'asked-by-person': 'A colleague asks for your help with this case.',
    },
    findings: 'Analysis',
    noFindings: 'There is no dump yet that can be read.',
    uploads: 'Files received',
    noUploads: 'No files were received yet.',
    questions: 'Questions to the customer that are open',
    asked: (by, at) => `asked by ${by}, ${at}`,
    plan: 'Written plan',
    done: (at) => `done at ${at}`,
    notDone: 'not confirmed as done',
    page: 'The page holds everything that is known of the case now: evidence with hashes, dumps, timeline, clocks. It asks for a user name (any) and, as password, the key of case-workflow.',
    words: 'Words of the customer (oldest first)',
    files: 'Where the files are',
    reply:
      'To answer the customer, reply to this mail and begin with "Dear customer": what you write is passed on in the mail thread of the case. Any other reply is kept as an internal note.',
  },
  clock: {
    names: {
      'first-response': 'first response',
      'upload-space': 'opening of the upload account',
      analysis: 'analysis',
    },
    intro: {
      warning: (clock, percent) => `${percent}% of the time agreed for the ${clock} of the following case has passed.`,
      breach: (clock) => `The time agreed for the ${clock} of the following case is over.`,
    },
    days: (days) => `${days} days`,
    working: (amount, calendar) => `${amount} (working time, calendar ${calendar})`,
    plain: (amount) => `${amount} (plain time)`,
    why: ({ level, ofLevels, percent, policy, priority }) =>
      `Why you are told: policy ${policy} tells you at level ${level} of ${ofLevels}, which is ${percent}% of the goal of priority ${priority}.`,
    again: (at) => `You will be told again at ${at} unless somebody takes it on before.`,
    once: 'This level tells once.',
  },
  comparison: {
    same: (earlier) => `The same crash as in ${earlier}.`,
    other: (earlier) => `Another crash than in ${earlier}.`,
    changed: (module, from, to) => `${module} went from ${from} to ${to}`,
    came: (module, version) => `${module} ${version} was added`,
    went: (module, version) => `${module} ${version} is gone`,
    more: (count) => `${count} more modules changed`,
    nothingChanged: 'No module was changed since.',
    otherBuild: 'Windows has another build than before.',
    didNotHelp: (module) => `Changing ${module} did not help.`,
    end: '.',
  },
  forwarded: {
    intro: {
      question: 'The customer asks something that needs a person to answer:',
      update: 'The customer sent news while carrying out the plan; please see whether an answer is needed:',
      answer:
        'The customer has written since you asked a question. Please see whether this answers it, and close the question then:',
    },
    how: 'To answer, reply to this mail and begin with "Dear customer": what you write is passed on to the customer in the mail thread of the case, without what you quote. A reply that begins otherwise is kept as an internal note. Never write a password, and keep the case number in the subject.',
    cut: '(the text is longer; the whole of it is in the record of the case)',
  },
  handover: {
    intro: (by, from) =>
      `${by || 'A colleague'} has made you the owner of the following case${from ? `, which ${from} had before` : ''}. This is where it stands.`,
    phases: {
      reported: 'Reported; the customer has not been asked for data yet',
      'awaiting-evidence': 'Waiting for data of the customer',
      analysing: 'A dump is being analysed',
      escalated: 'Escalated to the senior engineer',
      'action-planned': 'The customer carries out a plan',
      observing: 'Under observation',
      archived: 'Archived',
      merged: 'merged with another case',
    },
    questions: 'Questions that are open with the customer',
  },
  merged: {
    intro: 'This case is about the same problem as another one; both go on as one case from now.',
    goesOnIn: 'Goes on as',
    what: (caseNumber) =>
      `Nothing that you sent us is lost: your mails and files belong to case ${caseNumber} now, and our further letters come under its number. You can go on replying to this mail, and the upload account that you have stays open.`,
  },
  holdOver: {
    intro: 'The time for which the following case was on hold is over; its clocks go on from now.',
    next: 'If the reason still holds, put it on hold again; else please see what comes next.',
  },
  asked: {
    intro: (engineer) => `${engineer || 'Our engineer'} would like to know from you:`,
    how: 'Please just reply to this mail; short words will do.',
  },
  plan: {
    intro: (engineer) => `${engineer || 'Our engineer'} suggests these steps:`,
    how: 'Please reply to this mail when a step is done, and tell us its number. If one cannot be done, tell us as well.',
    check: (at) => `We will ask how it went after ${at}, if we have not heard from you by then.`,
  },
  answered: { intro: (engineer) => `${engineer || 'Our engineer'} answers your question as follows:` },
  reminded: {
    first:
      'Please collect the data with the steps of our earlier mail. When it is done, upload it, or reply to this mail and tell us how it is going.',
    second:
      'We would like to know whether collecting the data has made progress. If you cannot visit the site for now, or something does not work, please tell us and we will find a way together.',
    last: 'We have not heard from you lately, so this is the last reminder of this round. The case will be observed from then on; you can reply or upload at any time and we will go on at once.',
    wanted: 'What we need',
    questions: 'Questions that we would like you to answer',
    plan: 'How to go about it (the steps are in our earlier mail)',
    reply: 'If the problem no longer occurs, please tell us as well.',
  },
  observation: {
    intro: {
      'no-evidence': 'No new data has come in so far. We will go on observing this case.',
      'plan-carried-out':
        'If you have carried out the suggested steps, please watch whether a blue screen occurs again; if not yet, you can go on with them as described in our earlier mails, and reply to this mail when something does not work. We will go on observing this case.',
    },
    until: 'Without news the case is archived at the end of this time; it can be reopened at any time afterwards.',
    wanted: [
      'If there is another blue screen, compress and upload the latest full dump: the observation ends and we go on analysing.',
      'If something changes or the problem is solved, please reply to this mail.',
    ],
  },
  archived: {
    intro: {
      'observed-without-news':
        'No new blue screen and no other news came in while we observed this case, so we archive it for now.',
      'closed-by-engineer': 'As agreed with you, we archive this case for now.',
    },
    supportGoesOn:
      'Archiving does not end our support: if the problem comes back or there is a new dump, just reply to this mail and the case is reopened.',
    survey: 'Your opinion',
    surveyAt: 'Please tell us what you think of our service:',
    surveyByReply:
      'Please tell us what you think of our service: reply to this mail with a grade from 1 to 5 (5 is best); suggestions are welcome.',
  },
  retention: {
    title: 'What becomes of your account and your files',
    account: (until) =>
      `Until ${until} you can still log in with your upload account and read your files; nothing more can be uploaded. Then the account is closed.`,
    evidence: (until) =>
      `We keep the files that you sent until ${until}. Then we delete them for good and send you a proof of it. If you still need us by then, just reply to this mail.`,
  },
  purged: {
    intro:
      'The time for which we keep the files of your archived case is over. They were deleted from our systems for good; this mail is the proof.',
    kept: (files) => `${files} ${files === 1 ? 'file stays' : 'files stay'}:`,
    keptBecause: {
      reopened: 'The case was opened again before everything was deleted.',
      'in-other-cases': 'The same file was sent in another case, too, which still needs it.',
      'legal-hold': 'The evidence of the case is under a legal hold; it is deleted once that is lifted.',
    },
    files: 'Deleted files',
    kinds: { upload: 'upload', mail: 'mail', attachment: 'attachment of a mail', report: 'report of an analysis' },
    neverWhole: 'never received whole',
    more: (files) => `… and ${files} more.`,
    attached: 'All of them stand in the attached files, as JSON for programs and as CSV for spreadsheets.',
    attachedPart: (files, wanted) =>
      `The attached files list ${files} of them; reply to this mail if you need the whole list, which our services hold (GET /v1/purged-files?${wanted}).`,
    stays:
      'What stays is the record of the case: our letters, the words of your mails, what was found, and this proof. It holds none of your files.',
    passOn: 'We do not know a contact of the customer; please pass this proof on.',
  },
};
