import type { Texts } from './texts.js';

/** What letters say in Chinese. */
export const zhCn: Texts = {
  subject: (caseNumber, topic, token) => `[案例号: ${caseNumber} ] % ${topic} % ${token}`,
  answerPrefix: '回复：',
  colon: '：',
  comma: '，',
  heading: (text) => `【${text}】`,
  greetCustomer: (name) => `${name || '客户'}，您好！`,
  greetColleague: (name) => `Hi ${name || '同事'}，`,
  footer: {
    phone: (phone) => `服务电话：${phone}`,
    reply: '如有任何疑问，请直接回复此邮件，并保留邮件主题中的案例号。',
  },
  span: ({ days, hours, minutes }) => `${days} 天 ${hours} 小时 ${minutes} 分`,
  warning: (text) => `重要：${text}`,
  labels: {
    malware: '恶意软件',
    askedAt: '请求时间',
    awaited: '尚未答复',
    scanner: '扫描程序',
    scannedAt: '扫描时间',
    caseNumber: '案例号',
    token: '跟踪号',
    partner: '合作伙伴',
    endCustomer: '最终用户',
    contact: '联系人',
    owner: '负责工程师',
    problem: '问题定义',
    protocol: '协议',
    host: '主机',
    port: '端口',
    account: '用户名',
    password: '密码（打开链接查看）',
    linkExpiresAt: '链接有效期至',
    folder: '上传目录',
    fingerprint: '主机密钥指纹',
    file: '文件',
    size: '大小',
    arrived: '识别时已到达',
    sha256: 'SHA-256',
    bugcheck: '停止代码',
    exception: '异常',
    crash: '崩溃位置',
    culprit: '嫌疑模块',
    culpritReasons: '判断依据',
    system: '系统版本',
    crashedAt: '崩溃时间',
    uptime: '崩溃前已运行',
    kind: '转储类型',
    completeness: '完整性',
    fault: '读取时的报错',
    note: '程序记录',
    from: '来自',
    until: '观察至',
    priority: '优先级',
    package: '完整升级包',
    progress: '案例进展',
    clock: '计时',
    startedAt: '开始时间',
    goal: '约定时限',
    dueAt: '到期时间',
    heldSince: '暂停开始时间',
    reason: '原因',
    survey: '问卷',
    deletedFiles: '已删除文件数',
    fileKind: '类别',
    receivedAt: '收到时间',
    deletedAt: '删除时间',
  },

  questions: {
    title: '请回复此邮件告诉我们',
    of: {
      'os-version':
        '操作系统版本：按 Win+R 运行 winver（或打开“设置”-“系统”-“关于”），请回复版本号和内部版本号，例如“1809，17763.592”，并说明是否为定制镜像（如 V2020-L）。',
      'reproduction-steps': '是否有固定触发蓝屏的操作步骤？有则请按顺序写出；如果是随机出现或伴随卡死，也请说明。',
    },
  },
  evidence: {
    'full-dump': '蓝屏产生的 Full Dump 文件（完全内存转储），压缩为 ZIP 后上传',
    'installed-programs': '已安装程序列表的截图（appwiz.cpl，含完整的名称和版本）',
    'collected-logs': '收集的系统信息与日志，压缩后上传',
    'os-version': '操作系统版本号和内部版本号（运行 winver 可见），直接回复邮件即可',
    'reproduction-steps': '是否有固定触发蓝屏的操作步骤，直接回复邮件即可',
  },
  collectionTool: (url) => ({
    title: '运行数据采集工具',
    steps: [
      `下载采集工具（${url}）并解压到本地磁盘。`,
      '确保桌面上没有 log 文件夹。',
      '双击运行解压出的 .exe 文件；提示“你要允许此应用对你的设备进行更改吗”时选择“是”。',
      '阅读说明后按任意键继续，等待 1-3 分钟，log 文件夹会生成在当前用户的桌面。',
      '将 log 文件夹压缩为 ZIP 后上传。',
    ],
  }),
  causes: {
    'corrupted-list':
      '0x139 参数 1 为 3，表示内核链表（LIST_ENTRY）被破坏，例如同一项被移除了两次。系统在发现破坏时停止，真正写坏内存的代码往往更早运行过。此类报错多与第三方软件的驱动（.sys 文件）有关，也不能排除内存硬件；仅凭停止代码还不能指认是哪个驱动。',
    'corrupted-structure':
      '0x139 表示内核的关键数据结构被破坏。系统在发现破坏时停止，写坏它的代码往往更早运行过；常见原因是驱动缺陷，也可能是内存硬件。',
    'unhandled-exception':
      '内核态程序产生了没有被处理的异常。异常地址通常指向出错的驱动或函数，但内存若已被别处写坏，该地址只是“受害者”，需要完整转储来区分。',
    'bad-access': '内核态代码访问了无效的内存地址，或在不允许的中断级别访问。常见原因是驱动缺陷，其次是内存硬件故障。',
    'memory-corruption': '内核内存管理或内存池发现数据被破坏。常见原因是驱动越界写内存，其次是内存硬件故障。',
    'caught-by-verifier':
      '这是驱动程序验证器（Special Pool）当场捕获的违规访问，正是开启它的目的：该转储很可能直接指向出错的驱动。',
    hardware: '硬件报告了无法纠正的错误。请优先检查 CPU、内存、主板、散热与供电，并更新 BIOS 与固件。',
    storage: '系统在读写磁盘或文件系统时遇到错误。请优先备份数据，再检查磁盘、数据线与存储驱动。',
    'program-crashed': '这是用户态进程的转储，说明的是该程序崩溃，而不是系统蓝屏。',
    other: '仅凭该停止代码和参数还不能判断原因，需要完整转储进一步分析。',
  },

  uploadSpace: {
    title: '数据上传',
    announced: '账号已创建，可以转给客户使用。密码不写在邮件里，请通过下面的链接查看。',
    how: [
      '有两种上传方式，文件到达同一位置：打开链接后直接在网页中上传（只需浏览器），或使用 SFTP 客户端。页面上有两种方式的操作步骤。',
      'SFTP 可用 FileZilla 客户端（下载：https://filezilla-project.org/download.php?type=client）、WinSCP 或 sftp 命令，协议选择 SFTP。',
      '在页面上点击按钮即可看到账号，请妥善保存密码；链接会过期，显示次数也有限，失效时请直接回复此邮件。',
      '首次连接时，请核对客户端显示的主机密钥指纹与上面一致。',
      '使用 SFTP 时，上传前请确认已进入上传目录；两种方式中断后都可以续传。',
    ],
    linkExpired: '密码没有改变；查看密码的链接已过期，如果没有保存密码，请回复此邮件索取新的链接。',
    consent: '转储文件包含崩溃瞬间的内存内容，上传前请确认用户同意。',
  },
  firstResponse: {
    intro: '您反馈的问题我们已经受理，接下来将与您一起解决。',
    scope: '如果您对以上问题范围的界定有任何异议，请尽快回复告知。',
    whyFullDump:
      '分析蓝屏需要 Full Dump 文件：小内存转储只记录停止代码和少量堆栈，无法看到是谁写坏了内存。已有的转储也可以先上传，系统会立即告诉您它是否可用。',
  },
  collection: {
    intro: '在等待蓝屏产生 Full Dump 期间，建议您先收集系统信息，以便初步分析问题。',
    privacy:
      '收集的内容是系统基本信息、网络配置、补丁、驱动列表和系统事件日志，用来查看蓝屏或卡死的时间点是否有对应的报错；不收集个人文档。如果用户因隐私不同意收集，请直接告诉我们，不影响案例继续处理。',
  },
  notice: {
    intro: (name) =>
      `您开始上传的文件“${name}”还没有到齐，但从最先到达的部分已经能看出：它不是分析所需的 Full Dump。先告诉您，免得您等它传完。`,
    arrived: (bytes, expected) => (expected === null ? bytes : `${bytes}；整个转储（解压后）至少 ${expected}`),
    lacks: {
      full: '这是 Full Dump。',
      active: '这是活动内存转储，可以用于分析。',
      kernel:
        '核心内存转储只含内核和驱动使用的内存，不含应用程序的内存：看不到崩溃时是哪个程序、带着什么数据调用了驱动，也无法核对写坏的数据来自哪里。这次的停止代码和驱动列表可以看到，但不足以确认根本原因。',
      triage:
        '小内存转储只含停止代码、当前线程的少量堆栈和驱动列表，内核数据和程序内存都没有写进去：看不到是谁写坏了内存，无法确认根本原因。',
      'header-only': '这份转储只有文件头，没有内存内容：除停止代码和系统版本外，什么都看不到，无法确认根本原因。',
      user: '这是单个程序的转储，记录的是该程序的崩溃，不是系统蓝屏：里面没有内核和驱动的内存，无法用来分析蓝屏。',
    },
    nowTitle: '现在可以怎样做',
    mayHoldAnother: '如果这个压缩包里另外还有 Full Dump，请让它传完；我们找到它之后会照常分析，您不必理会本邮件。',
    now: [
      '可以停止这次上传，不影响案例；也可以让它传完，我们会照常分析并告诉您其中的线索，但之后仍然需要 Full Dump。',
      '请看一下蓝屏计算机上的 C:\\Windows\\MEMORY.DMP：如果大小与物理内存接近，它就是 Full Dump，请直接压缩上传。',
      '否则请按下面的步骤配置；下一次蓝屏之后，上传新的 MEMORY.DMP。',
    ],
    where: (account, folder) => `上传账号（${account}）、密码和目录（${folder}）不变，传输中断后可以续传。`,
  },
  acknowledged: {
    intro: '我们已收到您上传的文件，正在检查其中的内容。',
    next: [
      '请核对大小和 SHA-256 与本地文件一致（本地计算：certutil -hashfile 文件名 SHA256）。',
      '如果其中有转储文件，分析结果会通过邮件发给您；如果它不是 Full Dump 或不完整，我们会在结果里说明该怎么做。',
      '如果有新的蓝屏 Full Dump 产生，可以随时压缩后上传，无需另外通知。',
    ],
  },
  cutShort: {
    intro: (name) =>
      `您上传的文件“${name}”没有传完整：连接已正常结束，但文件的结尾还没有到。已到达的部分都保存着，不必从头再传。`,
    arrived: (found, expected) => (expected === null ? `${found}（文件末尾缺失）` : `${found}，应为 ${expected}`),
    how: (name, bytes) => [
      `请用同一账号、同一文件名续传，从第 ${bytes} 字节开始，只传剩余的部分。sftp 命令：reput "${name}"；FileZilla：再次上传并选择“继续文件传输”；WinSCP：选择“续传”。`,
      '请不要在续传前改动或重新压缩本地文件，否则请从头上传，或换一个文件名。',
      '如果本地文件的大小与已到达的相同，说明本地文件本身就不完整：请从出现问题的计算机上重新复制或重新压缩，再上传。',
    ],
    looking: '我们已经开始查看到达的部分；其中能看出的内容会另外发邮件告诉您。续传完成后，我们会重新分析整个文件。',
  },
  purgeOverdue: {
    intro: '此案例保留期已满，已请求清除证据，但规定时间内没有收到全部答复。',
    parts: {
      uploads: '上传文件（sftp-provisioning）',
      mails: '原始邮件和附件（intake）',
      reports: '分析报告（dump-analysis）',
    },
    next: '请检查这些服务及其队列和死信；答复到齐后，客户会收到删除证明。此提醒只发一次。',
  },
  quarantined: {
    intro: (name) =>
      `您上传的文件“${name}”中检出了恶意软件。该文件已被隔离，不能再通过上传账号读取；其他文件不受影响。`,
    told: (name) => `客户上传的文件“${name}”中检出了恶意软件。该文件已被隔离，不能再通过上传账号读取；已同时告知客户。`,
    now: [
      '请在提供此文件的计算机上，用最新病毒库的杀毒软件做一次全盘扫描。',
      '如果这是内存转储，它仍会照常分析：转储保存的是内存内容，其中的恶意软件也可能正是崩溃的原因。',
      '如果您认为这是误报，请回复此邮件。请不要把恶意软件样本用邮件发给我们。',
    ],
    how: [
      '请不要在其他地方下载或打开此文件。',
      '转储仍会在受限的独立进程中分析，结果照常给出。',
      '确认是误报时，运维人员可以说明理由解除隔离（POST /v1/uploads/{id}/release），操作会记入审计日志。',
    ],
  },
  report: {
    intro: (name) => `您上传的文件“${name}”已经分析，结果如下。`,
    dump: (position, member) => `转储 ${position}${member === null ? '' : `：${member}`}`,
    earlier: '此前上传的转储',
    meaning: '这说明什么',
    sameAsBefore: (code) => `本次与此前的停止代码相同（${code}），很可能是同一个原因。`,
    otherThanBefore: (code, earlier) =>
      `本次的停止代码（${code}）与此前的（${earlier}）不同。停止代码前后不同，在驱动写坏内存或内存硬件故障时很常见，但也可能是两个独立的问题，需要完整转储来确认。`,
    headerOnly: '以上结论由程序根据转储文件头自动得出，未加载符号文件，因此不指认具体驱动。',
    withoutSymbols: '以上结论由程序自动得出，未加载符号文件；所指出的模块是排查的起点，不是定论。',
    verdictTitle: '结论',
    verdict: {
      'full-dump': '这是一份完整的 Full Dump，可以用于深入分析。',
      'not-a-full-dump':
        '这不是 Full Dump。它没有崩溃时的全部内存，看不到是谁写坏了数据，所以暂时无法深入分析。请按下面的步骤配置，再次蓝屏后上传 Full Dump。',
      'dump-truncated':
        '转储文件不完整：实际大小小于文件头所要求的大小，调试器打开会报错。通常是复制或上传中断，或蓝屏时未写完就断电。请按下面的步骤压缩后重新上传。',
      'dump-unreadable': '文件无法作为 Windows 转储读取。请按下面的步骤重新压缩并上传原始的 MEMORY.DMP。',
    },
    encrypted:
      '压缩包设有密码，无法打开。请重新压缩转储文件（不设密码）后上传；上传通道本身是加密的。请不要通过邮件发送密码。如果贵单位规定必须加密压缩，请照常上传，并通过电话把密码告知负责的工程师，由工程师手动打开。',
    noticed: {
      'full-dump': (time) =>
        `我们在 ${time} 的邮件中说过它不是 Full Dump，那时只到达了一部分；整个文件到齐后，从中找到了完整的 Full Dump，可以用于深入分析。请不必理会那封邮件。`,
      'not-a-full-dump': (time) =>
        `我们在 ${time} 的邮件中已经说明，它不是 Full Dump。以下是从它能得到的全部线索；根本原因仍需要 Full Dump 来确认。`,
      'dump-truncated': (time) =>
        `我们在 ${time} 的邮件中说过它不是 Full Dump，那时只到达了一部分；整个文件到齐后，从中找到了 Full Dump，但它不完整，实际大小小于文件头所要求的大小。如果原文件还在，请重新压缩后上传。`,
      'dump-unreadable': (time) =>
        `我们在 ${time} 的邮件中已经说明，它不是 Full Dump；而且整个文件无法作为 Windows 转储读取。这一份不必重新上传。`,
    },
    noticedGoOn: '请继续按那封邮件中的步骤配置，下一次蓝屏后上传 Full Dump；如果已经配置好，无需重复。',
    stepsTitle: '建议操作',
    passOn: '案例还没有登记客户联系人，请将以下结果转告客户。',
  },
  escalated: {
    intro: '以下案例需要升级处理，目前已知的全部信息如下。',
    because: {
      'dump-damaged': '已收集到的转储损坏或不完整，无法继续自动分析。',
      'no-known-plan': '转储可以读取，但没有与之对应的已知处理方案，需要人工分析。',
      'analysis-overdue': '分析已超过约定时间，需要人工处理。',
      'asked-by-person': '同事请您协助处理此案例。',
    },
    findings: '案例分析',
    noFindings: '还没有可以读取的转储。',
    uploads: '收到的文件',
    noUploads: '还没有收到文件。',
    questions: '尚待客户答复的问题',
    asked: (by, at) => `${by} 提问于 ${at}`,
    plan: '书面方案',
    done: (at) => `已于 ${at} 完成`,
    notDone: '未确认完成',
    page: '该页面包含案例当前的全部信息：证据与哈希、转储分析、经过、计时。打开时用户名任意，密码为 case-workflow 的密钥。',
    words: '客户的描述（由早到晚）',
    files: '文件所在位置',
    reply:
      '需要答复客户时，请直接回复此邮件，并以“客户，您好”开头：您写的内容会在案例邮件中转给客户。其他回复只作为内部记录。',
  },
  clock: {
    names: { 'first-response': '初次响应', 'upload-space': '开通上传账号', analysis: '分析' },
    intro: {
      warning: (clock, percent) => `以下案例的${clock}时限已用去 ${percent}%。`,
      breach: (clock) => `以下案例的${clock}已超过约定时限。`,
    },
    days: (days) => `${days} 天`,
    working: (amount, calendar) => `${amount}（工作时间，工作日历 ${calendar}）`,
    plain: (amount) => `${amount}（自然时间）`,
    why: ({ level, ofLevels, percent, policy, priority }) =>
      `为什么通知您：策略 ${policy} 在第 ${level} 级（共 ${ofLevels} 级），即优先级 ${priority} 时限的 ${percent}% 时通知您。`,
    again: (at) => `如果在 ${at} 之前没有人接手，将再次通知您。`,
    once: '本级只通知一次。',
  },
  comparison: {
    same: (earlier) => `与 ${earlier} 是同一个崩溃。`,
    other: (earlier) => `与 ${earlier} 不是同一个崩溃。`,
    changed: (module, from, to) => `${module} 从 ${from} 变为 ${to}`,
    came: (module, version) => `新增 ${module} ${version}`,
    went: (module, version) => `不再有 ${module} ${version}`,
    more: (count) => `另有 ${count} 个模块发生变化`,
    nothingChanged: '此后没有模块发生变化。',
    otherBuild: 'Windows 版本号与之前不同。',
    didNotHelp: (module) => `更换 ${module} 没有解决问题。`,
    end: '。',
  },
  forwarded: {
    intro: {
      question: '客户有问题需要人工答复，原文如下。',
      update: '客户在执行操作计划期间反馈了新的情况，请查看是否需要答复，原文如下。',
      answer: '您提问之后客户有来信，请确认是否已答复您的问题；如已答复，请将问题关闭：',
    },
    how: '请直接回复此邮件作答，并以“客户，您好”开头：您写的内容会在案例邮件中转给客户，客户看不到引用的部分。不以此开头的回复只作为内部记录。请勿在答复中写密码，并保留主题中的案例号。',
    cut: '（原文过长，此处截断；全文见案例记录）',
  },
  handover: {
    intro: (by, from) => `${by || '同事'}已将以下案例交由您负责${from ? `（此前由${from}负责）` : ''}，目前情况如下。`,
    phases: {
      reported: '已报告，尚未向客户索取数据',
      'awaiting-evidence': '等待客户提供数据',
      analysing: '转储分析中',
      escalated: '已升级至二线工程师',
      'action-planned': '客户正在执行方案',
      observing: '观察中',
      archived: '已归档',
      merged: '已合并到其他案例',
    },
    questions: '尚待客户答复的问题',
  },
  merged: {
    intro: '本案例与另一个案例是同一个问题，现已合并为一个案例继续处理。',
    goesOnIn: '后续案例',
    what: (caseNumber) =>
      `您已提供的邮件和文件都不会丢失，现在归入案例 ${caseNumber}；今后我们的来信将使用该案例号。您可以继续直接回复此邮件，原有的上传账号也仍然可以使用。`,
  },
  holdOver: {
    intro: '以下案例的暂停时间已到，计时从现在起继续。',
    next: '如果暂停原因仍然存在，请再次暂停；否则请安排下一步处理。',
  },
  asked: {
    intro: (engineer) => `${engineer || '我们的工程师'}想向您了解以下情况：`,
    how: '请直接回复此邮件，简单说明即可。',
  },
  plan: {
    intro: (engineer) => `${engineer || '我们的工程师'}建议按以下步骤处理：`,
    how: '每完成一步，请回复此邮件并告知步骤编号；如果某一步无法执行，也请告诉我们。',
    check: (at) => `如果在 ${at} 之前没有收到您的消息，我们会再向您了解进展。`,
  },
  answered: { intro: (engineer) => `关于您的问题，${engineer || '工程师'}答复如下：` },
  reminded: {
    first: '您可以按照之前邮件中的步骤收集数据；完成后直接上传，或回复此邮件告诉我们进展即可。',
    second: '想了解一下数据收集是否有进展。如果暂时不方便到现场，或操作中遇到困难，也请回复告知，我们一起想办法。',
    last: '我们近期没有收到您的消息，这是本轮的最后一次提醒。之后案例将转入观察；观察期间您仍可随时回复邮件或上传文件，我们会立即继续处理。',
    wanted: '目前需要的数据',
    questions: '希望您答复的问题',
    plan: '相关操作（步骤见之前的邮件）',
    reply: '如果问题已经不再出现，也请回复告知。',
  },
  observation: {
    intro: {
      'no-evidence': '目前还没有收到新的数据，我们将继续观察此案例。',
      'plan-carried-out':
        '建议的操作如果已经执行，请留意蓝屏是否还会出现；如果还没有执行，可以按之前邮件中的步骤继续，遇到问题请回复此邮件。我们将继续观察此案例。',
    },
    until: '观察期内如果没有新的消息，案例将在到期后归档；归档后仍可随时重新打开。',
    wanted: [
      '如果再次蓝屏，请把最新的 Full Dump 压缩后上传，观察随即结束，我们会继续分析。',
      '如果问题有变化或已经解决，请回复此邮件。',
    ],
  },
  archived: {
    intro: {
      'observed-without-news': '观察期内没有收到新的蓝屏或其他消息，我们将暂时归档此案例。',
      'closed-by-engineer': '根据与您沟通的结果，我们将暂时归档此案例。',
    },
    supportGoesOn:
      '案例的归档并不会影响我们为您提供技术支持服务：如果问题复现，或有新的转储，请直接回复此邮件，案例会重新打开。',
    survey: '服务评价',
    surveyAt: '希望您对我们的服务进行评价：',
    surveyByReply: '希望您对我们的服务进行评价：请回复此邮件，写一个 1 到 5 的分数（5 为非常满意），也欢迎写下建议。',
  },
  retention: {
    title: '账号与文件的后续处理',
    account: (until) => `${until} 之前，您仍可使用上传账号登录并读取文件，但不能再上传；之后账号将关闭。`,
    evidence: (until) =>
      `您提供的文件保留至 ${until}，之后将永久删除，届时我们会把删除证明发给您。如仍需要我们的支持，请直接回复此邮件。`,
  },
  purged: {
    intro: '您的案例归档后，文件保留期已满。相关文件已从我们的系统中永久删除，此邮件为删除证明。',
    kept: (files) => `有 ${files} 个文件予以保留，原因如下：`,
    keptBecause: {
      reopened: '全部删除之前，案例已重新打开。',
      'in-other-cases': '同一文件也在其他案例中提供过，那些案例仍需使用。',
      'legal-hold': '案例的证据处于保全状态，解除后再删除。',
    },
    files: '已删除的文件',
    kinds: { upload: '上传文件', mail: '邮件', attachment: '邮件附件', report: '分析报告' },
    neverWhole: '未完整收到',
    more: (files) => `……另有 ${files} 个。`,
    attached: '全部清单见附件：JSON 供程序读取，CSV 可用表格软件打开。',
    attachedPart: (files, wanted) =>
      `附件列出了其中 ${files} 个；如需完整清单，请回复此邮件，我们可从各服务导出（GET /v1/purged-files?${wanted}）。`,
    stays: '保留下来的是案例记录：我们的去信、您来信的文字、分析结论，以及本证明，其中不含您的任何文件。',
    passOn: '我们没有客户的联系方式，请将此删除证明转交客户。',
  },
};
