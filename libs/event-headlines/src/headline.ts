import type {
  AnyEvent,
  DumpFinding,
  Evidence,
  EventOf,
  LetterTopic,
  MailKind,
  NextStep,
  NotScannedReason,
  Person,
  PurgedPart,
  PurgePartName,
  Solved,
} from '@caserelay/contracts';
import { instructionsOf } from '@caserelay/crash-dump';
import type { Sentence } from './sentence.js';

/** Says in one sentence what an event means for its case. */
export function headline(event: AnyEvent): Sentence {
  switch (event.type) {
    case 'problem.reported': {
      const who = clip(event.data.endCustomer ?? event.data.partner ?? event.data.topic);
      return event.data.channel === 'mail'
        ? say(
            `邮件报告问题：${who}（${event.data.caseNumber}）`,
            `Problem reported by mail: ${who} (${event.data.caseNumber})`,
          )
        : say(
            `工单报告问题：${who}（${event.data.caseNumber}）`,
            `Problem reported by a ticket: ${who} (${event.data.caseNumber})`,
          );
    }
    case 'mail.received':
      return mailReceived(event);
    case 'command.received': {
      const { command, source } = event.data;
      const name = commandNames[command.type] ?? say(command.type, command.type);
      return say(
        `${nameOf(command.by)} 经由 ${clip(source)} 要求：${name.zh}`,
        `${nameOf(command.by)} asks through ${clip(source)}: ${name.en}`,
      );
    }
    case 'case.command-carried-out': {
      const { command, by, source, isRepeat } = event.data;
      const name = commandNames[command] ?? say(command, command);
      const [zh, en] = source === null ? ['', ''] : [`（经由 ${clip(source)}）`, ` (through ${clip(source)})`];
      return isRepeat
        ? say(`${nameOf(by)} 的命令此前已执行：${name.zh}${zh}`, `Done before for ${nameOf(by)}: ${name.en}${en}`)
        : say(`已按 ${nameOf(by)} 的要求执行：${name.zh}${zh}`, `Done for ${nameOf(by)}: ${name.en}${en}`);
    }
    case 'case.command-refused': {
      const { command, by, problem } = event.data;
      const name = commandNames[command] ?? say(command, command);
      return say(
        `拒绝 ${nameOf(by)} 的要求（${name.zh}）：${clip(problem.reason['zh-CN'], 160)}`,
        `Refused to ${nameOf(by)} (${name.en}): ${clip(problem.reason.en, 160)}`,
      );
    }
    case 'thread.imported':
      return say(
        `导入在别处处理的邮件往来 ${event.data.caseNumber}（${event.data.standing === 'open' ? '继续处理' : '已归档'}）`,
        `Thread ${event.data.caseNumber} imported (${event.data.standing})`,
      );
    case 'mail.imported':
      return mailReceived(event);
    case 'case.opened':
      return say(`案例 ${event.data.file.caseNumber} 开启`, `Case ${event.data.file.caseNumber} opened`);
    case 'case.details-completed': {
      const contact = event.data.file.contact;
      return contact
        ? say(
            `案例资料补全，联系人 ${clip(contact.name)}`,
            `Case details completed; the contact is ${clip(contact.name)}`,
          )
        : say('案例资料补全，尚无联系人', 'Case details completed; still no contact');
    }
    case 'case.upload-space-requested':
      return say('请求开通上传空间', 'Upload space requested');
    case 'case.upload-space-announced':
      return say(
        `上传空间 ${event.data.space.account} 告知同事 ${clip(event.data.to.name)}`,
        `Upload space ${event.data.space.account} announced to colleague ${clip(event.data.to.name)}`,
      );
    case 'case.evidence-requested': {
      const reason = requestReasons[event.data.because];
      return say(
        `请客户提供${listed(event.data.wanted, evidence, 'zh')}（${reason.zh}）`,
        `Customer asked for ${listed(event.data.wanted, evidence, 'en')} (${reason.en})`,
      );
    }
    case 'case.collection-suggested':
      return say(
        '等待下次崩溃期间，建议客户先收集日志',
        'Customer advised to collect logs while waiting for the next crash',
      );
    case 'case.customer-heard':
      return event.data.uploadId
        ? say('客户有上传，等待重新计时', 'Customer heard by an upload; the wait starts anew')
        : say('客户有来信，等待重新计时', 'Customer heard by mail; the wait starts anew');
    case 'case.recognition-requested':
      return say(
        `边上传边识别 ${clip(event.data.name)}`,
        `Recognition of ${clip(event.data.name)} requested while it arrives`,
      );
    case 'case.wrong-dump-noticed':
      return say(
        `上传未完，已提前告知客户：${clip(event.data.name)} 不是完整转储，${recognisedText(event.data.dump)}`,
        `Customer told before the upload ended: ${clip(event.data.name)} is not a full dump, ${recognisedText(event.data.dump)}`,
      );
    case 'case.upload-acknowledged':
      if (event.data.cutShort)
        return say(
          `告知客户 ${file(event.data)} 未传完整，可续传`,
          `Customer told that ${file(event.data)} is cut short and where to resume`,
        );
      return say(`向客户确认收到 ${file(event.data)}`, `Receipt of ${file(event.data)} confirmed to the customer`);
    case 'case.upload-quarantined': {
      const { name, signature, audience, to } = event.data;
      const who = nameOf(to);
      return audience === 'customer'
        ? say(
            `${clip(name)} 检出恶意软件 ${clip(signature)}，已隔离，告知客户 ${who}`,
            `Malware ${clip(signature)} in ${clip(name)}, which is in quarantine; customer ${who} is told`,
          )
        : say(
            `${clip(name)} 检出恶意软件 ${clip(signature)}，已隔离，告知同事 ${who}`,
            `Malware ${clip(signature)} in ${clip(name)}, which is in quarantine; colleague ${who} is told`,
          );
    }
    case 'case.analysis-requested':
      return say(`请求分析 ${file(event.data)}`, `Analysis of ${file(event.data)} requested`);
    case 'case.analysis-reported': {
      const verdict = verdicts[event.data.verdict];
      const found = event.data.findings[0];
      return say(
        `分析结果告知客户：${clip(event.data.name)} ${verdict.zh}${found ? `，${findingText(found)}` : ''}`,
        `Analysis of ${clip(event.data.name)} reported: ${verdict.en}${found ? `, ${findingText(found)}` : ''}`,
      );
    }
    case 'case.escalated': {
      const reason = escalationReasons[event.data.because];
      return say(
        `升级至 ${clip(event.data.to.name)}：${reason.zh}`,
        `Escalated to ${clip(event.data.to.name)}: ${reason.en}`,
      );
    }
    case 'case.action-planned':
      return say(
        `行动计划：${titles(event.data.steps, 'zh-CN')}，${moment(event.data.checkAt)} 回访`,
        `Action planned: ${titles(event.data.steps, 'en')}; check at ${moment(event.data.checkAt)}`,
      );
    case 'case.customer-forwarded':
      return event.data.kind === 'question'
        ? say(
            `客户提问转交工程师：“${clip(event.data.text, 60)}”`,
            `Customer's question forwarded to the engineer: “${clip(event.data.text, 60)}”`,
          )
        : say(
            `客户${event.data.kind === 'answer' ? '答复' : '近况'}转交工程师：“${clip(event.data.text, 60)}”`,
            `Customer's ${event.data.kind} forwarded to the engineer: “${clip(event.data.text, 60)}”`,
          );
    case 'case.answer-forwarded':
      return say(
        `${clip(event.data.from.name)} 的答复转给客户`,
        `Answer of ${clip(event.data.from.name)} passed to the customer`,
      );
    case 'case.customer-reminded':
      return say(
        `第 ${event.data.step} 次提醒客户（共 ${event.data.ofSteps} 次）`,
        `Customer reminded, ${event.data.step} of ${event.data.ofSteps}`,
      );
    case 'case.observation-started':
      return event.data.because === 'no-evidence'
        ? say(
            `未收到证据，进入观察至 ${moment(event.data.until)}`,
            `No evidence came; observing until ${moment(event.data.until)}`,
          )
        : say(
            `方案已交给客户，进入观察至 ${moment(event.data.until)}`,
            `The customer has the plan; observing until ${moment(event.data.until)}`,
          );
    case 'case.observation-interrupted':
      return say(
        `观察中断：工程师的答复需先尝试，${moment(event.data.checkAt)} 前等待客户`,
        `Observation interrupted: what the engineer wrote is tried first, the customer has until ${moment(event.data.checkAt)}`,
      );
    case 'case.archived':
      return event.data.because === 'closed-by-engineer'
        ? say('工程师结案，案例归档', 'Closed by an engineer; case archived')
        : say('观察期内无新情况，案例归档', 'Observed without news; case archived');
    case 'case.level-reached': {
      const { clock, percent, time } = event.data;
      const name = clockNames[clock] ?? say(clock, clock);
      const to = clip(event.data.to.name) || event.data.to.address;
      return say(
        `${name.zh}时限已用 ${percent}%，通知 ${to}${time > 1 ? `（第 ${time} 次）` : ''}`,
        `${percent}% of the time for ${name.en} has passed; ${to} is told${time > 1 ? ` for the ${time}. time` : ''}`,
      );
    }
    case 'case.clock-acknowledged': {
      const name = clockNames[event.data.clock] ?? say(event.data.clock, event.data.clock);
      const by = nameOf(event.data.by);
      return say(`${by} 已接手：${name.zh}`, `${by} took on: ${name.en}`);
    }
    case 'case.priority-changed':
      return say(
        `优先级由 ${event.data.from} 改为 ${event.data.to}`,
        `Priority changed from ${event.data.from} to ${event.data.to}`,
      );
    case 'case.policy-applied':
      return say(
        `改按策略 ${clip(event.data.to)} 计时：${policyReasons[event.data.because].zh}`,
        `Lives by policy ${clip(event.data.to)} from now on: ${policyReasons[event.data.because].en}`,
      );
    case 'case.reopened':
      return reopenings[event.data.because];
    case 'case.owner-changed': {
      const { file, by } = event.data;
      const owner = file.owner ? nameOf(file.owner) : '?';
      return say(`${nameOf(by)} 将案例交由 ${owner} 负责`, `${nameOf(by)} made ${owner} the owner`);
    }
    case 'case.held': {
      const { by, reason, until } = event.data;
      return say(
        `${nameOf(by)} 暂停案例至 ${moment(until)}：${clip(reason)}`,
        `${nameOf(by)} put the case on hold until ${moment(until)}: ${clip(reason)}`,
      );
    }
    case 'case.resumed':
      return event.data.by
        ? say(`${nameOf(event.data.by)} 结束暂停`, `${nameOf(event.data.by)} ended the hold`)
        : say('暂停时间已到，计时继续', 'The hold is over; clocks go on');
    case 'case.question-asked': {
      const { by, text } = event.data;
      return say(`${nameOf(by)} 向客户提问：${clip(text)}`, `${nameOf(by)} asked the customer: ${clip(text)}`);
    }
    case 'case.linked':
    case 'case.unlinked': {
      const { by, as, other } = event.data;
      const kind = linkKinds[as];
      return event.type === 'case.linked'
        ? say(
            `${nameOf(by)} 关联${kind.zh} ${other.caseNumber}`,
            `${nameOf(by)} linked ${other.caseNumber} as ${kind.en}`,
          )
        : say(`${nameOf(by)} 取消关联 ${other.caseNumber}`, `${nameOf(by)} unlinked ${other.caseNumber}`);
    }
    case 'case.merged': {
      const { by, into, reason } = event.data;
      return say(
        `${nameOf(by)} 将案例合并到 ${into.file.caseNumber}：${clip(reason)}`,
        `${nameOf(by)} merged the case into ${into.file.caseNumber}: ${clip(reason)}`,
      );
    }
    case 'case.merge-taken': {
      const { by, merged, reason } = event.data;
      return say(
        `${nameOf(by)} 将案例 ${merged.file.caseNumber} 合并到本案例：${clip(reason)}`,
        `${nameOf(by)} merged ${merged.file.caseNumber} into this case: ${clip(reason)}`,
      );
    }
    case 'case.plan-written': {
      const { by, items } = event.data;
      return say(
        `${nameOf(by)} 给出方案，共 ${items.length} 步`,
        `${nameOf(by)} wrote a plan of ${items.length} steps`,
      );
    }
    case 'case.plan-ticked':
      return planTicked(event);
    case 'case.survey-asked':
      return event.data.within === 'summary'
        ? say('随案例总结请客户评价', 'Customer asked for their opinion with the summary')
        : say('请客户评价服务', 'Customer asked for their opinion');
    case 'case.survey-answered': {
      const { grade, solved, words, by, via } = event.data;
      const solution = solved ? solutions[solved] : say('', '');
      const said = words === null ? '' : `：“${clip(words, 60)}”`;
      return say(
        `${nameOf(by)} 评价 ${grade} 分${solution.zh}${via === 'mail' ? '（邮件）' : ''}${said}`,
        `${nameOf(by)} gave ${grade} of 5${solution.en}${via === 'mail' ? ' by mail' : ''}${said.replace('：', ': ')}`,
      );
    }
    case 'case.low-grade-given': {
      const to = nameOf(event.data.to);
      return say(`评分 ${event.data.grade} 分偏低，通知 ${to}`, `A grade of ${event.data.grade} is low; ${to} is told`);
    }
    case 'case.upload-space-retired':
      return say('归档宽限期结束，关闭上传账号', 'The grace after the archive is over; the account is to be closed');
    case 'case.evidence-purge-requested':
      return say('保留期满，开始清除证据', 'Retention is over; evidence is to be removed');
    case 'case.evidence-purged': {
      const { filesInAll, bytesInAll, kept } = event.data;
      return say(
        `证据已清除：${filesInAll} 个文件（${size(bytesInAll)}）${kept > 0 ? `，保留 ${kept} 个` : ''}，删除证明交给客户`,
        `Evidence removed: ${filesInAll} files (${size(bytesInAll)})${kept > 0 ? `, ${kept} kept` : ''}; the customer gets the proof`,
      );
    }
    case 'case.legal-hold-placed':
      return say(
        `${nameOf(event.data.by)} 要求保全证据：${clip(event.data.reason)}`,
        `${nameOf(event.data.by)} placed a legal hold on the evidence: ${clip(event.data.reason)}`,
      );
    case 'case.legal-hold-lifted':
      return say(
        `${nameOf(event.data.by)} 解除证据保全：${clip(event.data.reason)}`,
        `${nameOf(event.data.by)} lifted the legal hold: ${clip(event.data.reason)}`,
      );
    case 'case.purge-overdue': {
      const { to, awaited } = event.data;
      return say(
        `清除证据逾期未答复：${listed(awaited, purgeParts, 'zh')}，通知 ${nameOf(to)}`,
        `No answer in time on removing ${listed(awaited, purgeParts, 'en')}; ${nameOf(to)} is told`,
      );
    }
    case 'evidence.purged':
      return purged(event.data, say('上传文件', 'uploads'));
    case 'mails.purged':
      return purged(event.data, say('原始邮件和附件', 'raw mails and attachments'));
    case 'reports.purged':
      return purged(event.data, say('分析报告', 'reports of analyses'));
    case 'upload-space.made-read-only':
      return say(
        `上传空间 ${event.data.account} 改为只读`,
        `Upload space ${event.data.account} can only be read from now`,
      );
    case 'upload-space.opened':
      return say(
        `上传空间 ${event.data.account} 已开通（${event.data.host}:${event.data.port}）`,
        `Upload space ${event.data.account} opened (${event.data.host}:${event.data.port})`,
      );
    case 'upload-space.closed':
      return say(`上传空间 ${event.data.account} 已关闭`, `Upload space ${event.data.account} closed`);
    case 'upload.started':
      return say(`客户开始上传 ${clip(event.data.name)}`, `Upload of ${clip(event.data.name)} started`);
    case 'upload.interrupted':
      return say(
        `${clip(event.data.name)} 上传中断于 ${size(event.data.bytes)}，可续传`,
        `Upload of ${clip(event.data.name)} interrupted at ${size(event.data.bytes)}; it can be resumed`,
      );
    case 'upload.progressed': {
      const { name, bytes, expectedBytes, bytesPerSecond } = event.data;
      const share = expectedBytes === null ? '' : ` / ${size(expectedBytes)}`;
      return say(
        `${clip(name)} 已上传 ${size(bytes)}${share}（${size(bytesPerSecond)}/s）`,
        `${size(bytes)}${share} of ${clip(name)} are here (${size(bytesPerSecond)}/s)`,
      );
    }
    case 'upload.received':
      return say(`收到 ${file(event.data)}`, `Received ${file(event.data)}`);
    case 'upload.completed': {
      const reason = completionReasons[event.data.because];
      return say(`${file(event.data)} 已上传完整（${reason.zh}）`, `All of ${file(event.data)} is here (${reason.en})`);
    }
    case 'upload.cut-short': {
      const { name, bytes, expectedBytes } = event.data;
      const share = expectedBytes === null ? '' : ` / ${size(expectedBytes)}`;
      return say(
        `${clip(name)} 未传完整：只有 ${size(bytes)}${share}，可续传`,
        `${clip(name)} is cut short: ${size(bytes)}${share} are here; it can be resumed`,
      );
    }
    case 'upload.scanned':
      return scanned(event);
    case 'upload.released':
      return say(
        `${clip(event.data.name)} 解除隔离：${clip(event.data.because)}`,
        `${clip(event.data.name)} was released from quarantine: ${clip(event.data.because)}`,
      );
    case 'upload.recognised':
      return say(
        `正在上传的 ${clip(event.data.name)}：${recognisedText(event.data)}，已到 ${size(event.data.arrivedBytes)}`,
        `Arriving ${clip(event.data.name)}: ${recognisedText(event.data)}, known after ${size(event.data.arrivedBytes)}`,
      );
    case 'dump.analysed':
      return dumpAnalysed(event);
    case 'dump.unreadable':
      return say(
        `${clip(event.data.name)} 无法读取：${clip(event.data.reason, 120)}`,
        `${clip(event.data.name)} cannot be read: ${clip(event.data.reason, 120)}`,
      );
    case 'evidence.recognised': {
      const kind = evidenceKinds[event.data.kind];
      return say(
        `${clip(event.data.name)} 是${kind.zh}，不是转储`,
        `${clip(event.data.name)} is ${kind.en}, not a dump`,
      );
    }
    case 'letter.sent': {
      const { audience, to, topics } = event.data;
      const who = clip(to.name || to.address);
      return audience === 'customer'
        ? say(
            `已写信给客户 ${who}：${listed(topics, letterTopics, 'zh')}`,
            `Letter to customer ${who}: ${listed(topics, letterTopics, 'en')}`,
          )
        : say(
            `已写信给同事 ${who}：${listed(topics, letterTopics, 'zh')}`,
            `Letter to colleague ${who}: ${listed(topics, letterTopics, 'en')}`,
          );
    }
    case 'webhook.disabled': {
      const { description, host, because } = event.data;
      const name = clip(description || host);
      return because === 'gone'
        ? say(`Webhook ${name} 已停用：接收方已不存在`, `Webhook ${name} disabled: its receiver is gone`)
        : say(`Webhook ${name} 已停用：长期投递失败`, `Webhook ${name} disabled: nothing but failures for days`);
    }
    case 'letter.failed':
      return say(
        `寄给 ${clip(event.data.to.name)} 的信被拒收：${clip(event.data.reason, 120)}`,
        `Letter to ${clip(event.data.to.name)} was refused: ${clip(event.data.reason, 120)}`,
      );
  }
}

function scanned({ data }: EventOf<'upload.scanned'>): Sentence {
  const name = clip(data.name);
  switch (data.outcome) {
    case 'clean':
      return say(
        `${name} 病毒扫描通过（${clip(data.scanner)}）`,
        `No malware found in ${name} (${clip(data.scanner)})`,
      );
    case 'infected':
      return say(
        `${name} 检出恶意软件 ${clip(data.signature ?? '')}，已隔离`,
        `Malware ${clip(data.signature ?? '')} found in ${name}; it is in quarantine`,
      );
    case 'not-scanned': {
      const reason = notScannedReasons[data.reason ?? 'scanner-failed'];
      return say(`${name} 未做病毒扫描：${reason.zh}`, `${name} was not scanned for malware: ${reason.en}`);
    }
  }
}

function purged({ filesInAll, bytesInAll, kept, keptBecause }: PurgedPart, what: Sentence): Sentence {
  const reason = keptBecause && keptReasons[keptBecause];
  return say(
    `已删除${what.zh} ${filesInAll} 个（${size(bytesInAll)}）${reason ? `；保留 ${kept} 个：${reason.zh}` : ''}`,
    `Removed ${filesInAll} ${what.en} (${size(bytesInAll)})${reason ? `; ${kept} stay: ${reason.en}` : ''}`,
  );
}

/** What a dump said, short enough for a list; the words are the debugger's, so they are not translated. */
export function findingText(finding: DumpFinding): string {
  return `${recognisedText(finding)} · ${finding.completeness.verdict}`;
}

/** What the first bytes of a dump said, in the same short words. */
export function recognisedText({
  bugcheck,
  exception,
  kind,
  osBuild,
}: Pick<DumpFinding, 'bugcheck' | 'exception' | 'kind' | 'osBuild'>): string {
  const cause = bugcheck
    ? `${bugcheck.code} ${bugcheck.name}`
    : exception
      ? `${exception.code} ${exception.name ?? ''}`.trimEnd()
      : 'no bugcheck';
  return `${cause} · ${kind}${osBuild === null ? '' : ` · build ${osBuild}`}`;
}

/** Speaks of the best that was found. */
function dumpAnalysed({ data }: EventOf<'dump.analysed'>): Sentence {
  const full = data.findings.filter(({ kind }) => kind === 'full');
  const complete = full.find(({ completeness }) => completeness.verdict === 'complete');
  const found = complete ?? full[0] ?? data.findings[0];
  const text = found ? findingText(found) : '';
  const name = clip(data.name);
  const { zh, en } = comparisonOf(data);
  if (data.holdsFullDump) return say(`${name} 含完整转储：${text}${zh}`, `${name} holds a full dump: ${text}${en}`);
  if (found?.kind === 'full' && found.completeness.verdict === 'truncated')
    return say(`${name} 中的完整转储被截断：${text}${zh}`, `${name} holds a full dump that is cut short: ${text}${en}`);
  return say(`${name} 不含完整转储：${text}${zh}`, `${name} holds no full dump: ${text}${en}`);
}

/** Whether the crash came before, and the most suspicious module that was replaced since. */
function comparisonOf({ comparison }: EventOf<'dump.analysed'>['data']): Sentence {
  if (!comparison?.previous) return say('', '');
  const { previous, previousName, sameSignatureAs, changedModules } = comparison;
  const earlier = clip(previousName ?? previous, 40);
  const change = changedModules.find(({ from, to }) => from !== null && to !== null);
  const changed = change
    ? `; ${clip(change.name, 40)} ${clip(change.from ?? '', 30)} → ${clip(change.to ?? '', 30)}`
    : '';
  if (sameSignatureAs.includes(previous))
    return say(` · 与 ${earlier} 崩溃相同${changed}`, ` · same crash as ${earlier}${changed}`);
  if (sameSignatureAs.length > 0) return say(' · 与更早的转储崩溃相同', ' · same crash as an earlier dump');
  return say(` · 与 ${earlier} 崩溃不同${changed}`, ` · other crash than ${earlier}${changed}`);
}

function planTicked({ data }: EventOf<'case.plan-ticked'>): Sentence {
  const { items, openItems, ofItems, by } = data;
  const numbers = (isDone: boolean): string =>
    items
      .filter((one) => one.isDone === isDone)
      .map(({ item }) => `${item}`)
      .join('、');
  const [done, undone] = [numbers(true), numbers(false)];
  const words = items.flatMap((one) => one.words ?? []).join(' / ');
  const said = words === '' ? '' : `：“${clip(words, 60)}”`;
  const zh = [done && `第 ${done} 步已完成`, undone && `第 ${undone} 步未完成`].filter((part) => part !== '');
  const en = [done && `done: ${done}`, undone && `not done: ${undone}`].filter((part) => part !== '');
  return say(
    `${nameOf(by)} 反馈方案：${zh.join('，')}（共 ${ofItems} 步，还剩 ${openItems} 步）${said}`,
    `${nameOf(by)} on the plan, ${en.join('; ').replaceAll('、', ', ')} (${openItems} of ${ofItems} open)${said.replace('：', ': ')}`,
  );
}

function mailReceived({ data }: EventOf<'mail.received' | 'mail.imported'>): Sentence {
  const kind = mailKinds[data.kind];
  const from = clip(data.from.name || data.from.address);
  const words = clip(data.text, 60) || clip(data.subject, 60);
  // The reason stands in the event; here it is enough that nobody takes a name for granted.
  const doubt =
    'sender' in data && data.sender?.is === 'failed' ? say('，发件人系冒用', ', forged sender') : say('', '');
  return data.author === 'customer'
    ? say(
        `客户 ${from} 来信（${kind.zh}${doubt.zh}）：${words}`,
        `Mail from customer ${from} (${kind.en}${doubt.en}): ${words}`,
      )
    : say(
        `同事 ${from} 来信（${kind.zh}${doubt.zh}）：${words}`,
        `Mail from colleague ${from} (${kind.en}${doubt.en}): ${words}`,
      );
}

const say = (zh: string, en: string): Sentence => ({ zh, en });

/** The titles of a plan's steps; a step that this version does not know is shown by its name. */
function titles(steps: readonly NextStep[], language: 'zh-CN' | 'en'): string {
  return steps.map((step) => instructionsOf(step, language)?.title ?? step).join(language === 'en' ? ', ' : '、');
}

function listed<Key extends string>(
  keys: readonly Key[],
  words: Record<Key, Sentence>,
  language: keyof Sentence,
): string {
  return keys.map((key) => words[key][language]).join(language === 'zh' ? '、' : ', ');
}

/** One line without control characters, cut where it gets long. */
function clip(text: string, length = 80): string {
  const line = [...text.replace(/[\s\p{Cc}]+/gu, ' ').trim()];
  return line.length <= length ? line.join('') : `${line.slice(0, length - 1).join('')}…`;
}

function file({ name, bytes }: { name: string; bytes: number }): string {
  return `${clip(name)} (${size(bytes)})`;
}

function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const amount = bytes / 1024 ** power;
  return `${power === 0 ? amount : amount.toFixed(1)} ${units[power] ?? ''}`;
}

function moment(instant: string): string {
  return `${new Date(instant).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

const evidence: Record<Evidence, Sentence> = {
  'full-dump': say('完整内存转储', 'a full memory dump'),
  'installed-programs': say('已安装程序列表', 'the list of installed programs'),
  'collected-logs': say('收集的日志', 'collected logs'),
  'os-version': say('系统版本', 'the version of Windows'),
  'reproduction-steps': say('重现步骤', 'steps to reproduce'),
};

const letterTopics: Record<LetterTopic, Sentence> = {
  'upload-space-announcement': say('上传账号', 'the upload account'),
  'first-response': say('首次响应', 'first response'),
  'evidence-request': say('请求资料', 'request for evidence'),
  'upload-credentials': say('上传方式', 'how to upload'),
  'collection-suggestion': say('建议收集日志', 'advice to collect logs'),
  'wrong-dump-notice': say('提前告知转储类型不符', 'notice of a wrong kind of dump'),
  'upload-acknowledgement': say('确认收到文件', 'receipt of a file'),
  'quarantine-notice': say('恶意软件告知', 'notice of malware'),
  'analysis-report': say('分析结果', 'what the dump says'),
  'action-plan': say('处理方案', 'action plan'),
  'clock-notice': say('时限通知', 'word of a clock'),
  'escalation-package': say('升级资料', 'escalation package'),
  handover: say('案例移交', 'handover'),
  'merge-notice': say('案例合并通知', 'merge of the case'),
  'hold-notice': say('暂停结束通知', 'end of a hold'),
  question: say('向客户提问', 'question to the customer'),
  'customer-question': say('客户来信', 'the customer’s words'),
  answer: say('工程师答复', 'an engineer’s answer'),
  reminder: say('提醒', 'reminder'),
  'observation-notice': say('观察通知', 'observation notice'),
  'case-summary': say('案例总结', 'case summary'),
  survey: say('满意度调查', 'survey'),
  'low-grade-notice': say('低分提醒', 'word of a low grade'),
  'deletion-proof': say('删除证明', 'proof of deletion'),
  'purge-notice': say('清除逾期通知', 'word of an overdue purge'),
  'webhook-notice': say('Webhook 停用通知', 'notice of a disabled webhook'),
};

const solutions: Record<Solved, Sentence> = {
  yes: say('，问题已解决', ', solved'),
  partly: say('，部分解决', ', partly solved'),
  no: say('，未解决', ', not solved'),
};

const notScannedReasons: Record<NotScannedReason, Sentence> = {
  'too-large': say('文件过大', 'it is too large'),
  'limits-exceeded': say('超出扫描程序的限制', 'it exceeds a limit of the scanner'),
  encrypted: say('内容已加密', 'it is encrypted'),
  'scanner-failed': say('扫描程序出错', 'the scanner failed on it'),
};

const purgeParts: Record<PurgePartName, Sentence> = {
  uploads: say('上传文件', 'uploads'),
  mails: say('原始邮件和附件', 'raw mails and attachments'),
  reports: say('分析报告', 'reports of analyses'),
};

const requestReasons: Record<EventOf<'case.evidence-requested'>['data']['because'], Sentence> = {
  'first-response': say('首次响应', 'first response'),
  'not-a-full-dump': say('此前不是完整转储', 'what came was no full dump'),
  'dump-truncated': say('转储被截断', 'the dump was cut short'),
  'dump-unreadable': say('转储无法读取', 'the dump could not be read'),
};

const completionReasons: Record<EventOf<'upload.completed'>['data']['because'], Sentence> = {
  whole: say('文件结构完整', 'its structure is whole'),
  settled: say('一段时间内没有续传', 'nobody went on for a while'),
  marked: say('客户已确认', 'the customer said so'),
};

function nameOf({ name, address }: Person): string {
  return clip(name) || address;
}

const escalationReasons: Record<EventOf<'case.escalated'>['data']['because'], Sentence> = {
  'dump-damaged': say('转储损坏', 'the dump is damaged'),
  'no-known-plan': say('没有已知方案', 'no known plan for this crash'),
  'analysis-overdue': say('分析超时', 'the analysis is overdue'),
  'asked-by-person': say('同事请求协助', 'a colleague asks for help'),
};

const commandNames: Readonly<Record<string, Sentence>> = {
  'assign-owner': say('更换负责人', 'another owner'),
  hold: say('暂停', 'a hold'),
  resume: say('结束暂停', 'the end of a hold'),
  'change-priority': say('更改优先级', 'another priority'),
  'acknowledge-clock': say('接手计时', 'to take on a clock'),
  escalate: say('升级', 'an escalation'),
  archive: say('归档', 'the archive'),
  reopen: say('重新打开', 'a reopening'),
  answer: say('答复客户', 'an answer to the customer'),
  'ask-question': say('向客户提问', 'a question to the customer'),
  'close-question': say('关闭问题', 'to close a question'),
  'write-plan': say('写定方案', 'a plan'),
  'tick-item': say('勾选方案步骤', 'to tick an item of the plan'),
  'tick-evidence': say('勾选证据', 'to tick evidence'),
  link: say('关联案例', 'a link'),
  merge: say('合并案例', 'a merge'),
  unlink: say('取消关联', 'to unlink'),
  note: say('备注', 'a note'),
};

const linkKinds: Record<EventOf<'case.linked'>['data']['as'], Sentence> = {
  parent: say('上级案例', 'parent'),
  child: say('下级案例', 'child'),
  related: say('相关案例', 'related case'),
  original: say('原始案例', 'original'),
  duplicate: say('重复案例', 'duplicate'),
};

const reopenings: Record<EventOf<'case.reopened'>['data']['because'], Sentence> = {
  'customer-wrote': say('客户来信，案例重新开启', 'Customer wrote; case reopened'),
  'new-upload': say('收到新上传，案例重新开启', 'A new upload came; case reopened'),
  'asked-by-person': say('工程师重新开启案例', 'An engineer reopened the case'),
};

const keptReasons: Record<NonNullable<PurgedPart['keptBecause']>, Sentence> = {
  reopened: say('案例已重新打开', 'the case was opened again'),
  'in-other-cases': say('其他案例也在用', 'other cases have them too'),
  'legal-hold': say('证据保全', 'there is a legal hold'),
};

const clockNames: Readonly<Record<string, Sentence>> = {
  'first-response': say('初次响应', 'the first response'),
  'upload-space': say('开通上传账号', 'the upload account'),
  analysis: say('分析', 'the analysis'),
};

const policyReasons: Record<EventOf<'case.policy-applied'>['data']['because'], Sentence> = {
  'policy-changed': say('策略已修改', 'it was changed'),
  'holidays-announced': say('放假安排已公布', 'holidays were announced'),
  'contract-known': say('已得知支持合同', 'the contract became known'),
};

const verdicts: Record<EventOf<'case.analysis-reported'>['data']['verdict'], Sentence> = {
  'full-dump': say('是完整转储', 'a full dump'),
  'not-a-full-dump': say('不是完整转储', 'not a full dump'),
  'dump-truncated': say('转储被截断', 'the dump is cut short'),
  'dump-unreadable': say('转储无法读取', 'the dump cannot be read'),
};

const evidenceKinds: Record<EventOf<'evidence.recognised'>['data']['kind'], Sentence> = {
  image: say('图片', 'a picture'),
  text: say('文本', 'a text'),
  archive: say('压缩包', 'an archive'),
  document: say('文档', 'a document'),
  other: say('其他文件', 'another kind of file'),
};

const mailKinds: Record<MailKind, Sentence> = {
  problem: say('报告问题', 'problem'),
  'upload-notice': say('上传通知', 'upload notice'),
  question: say('提问', 'question'),
  data: say('提供数据', 'data'),
  update: say('近况', 'update'),
  acknowledgement: say('确认', 'acknowledgement'),
  spam: say('垃圾邮件', 'spam'),
  'upload-space-request': say('申请上传空间', 'request for an upload space'),
  answer: say('答复', 'answer'),
  'action-plan': say('操作方案', 'action plan'),
  reminder: say('催办', 'reminder'),
  escalation: say('升级', 'escalation'),
  'closure-summary': say('结案总结', 'closing summary'),
  'colleague-note': say('内部备注', 'note'),
  'automatic-reply': say('自动回复', 'automatic reply'),
};
