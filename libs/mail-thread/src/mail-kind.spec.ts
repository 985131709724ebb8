import { describe, expect, test } from '@jest/globals';
import { languageOf } from './language.js';
import { kindOfMail, type KindOfMail } from './mail-kind.js';

const fromCustomer = (text: string, more = {}): KindOfMail =>
  kindOfMail({ author: 'customer', subject: '', text, ...more });
const fromColleague = (text: string, more = {}): KindOfMail =>
  kindOfMail({ author: 'colleague', subject: '', text, ...more });

describe("a customer's mail", () => {
  test.each<[string, KindOfMail['kind']]>([
    ['已有日志文件，明天请告知ftp', 'update'],
    ['DMP已上传至FTP，请查看', 'upload-notice'],
    ['你好，今天新生成的蓝屏文件日志 已经压缩成zip格式上传到对应的FTP，收到请回复。', 'upload-notice'],
    ['I have uploaded MEMORY.zip, please check.', 'upload-notice'],
    ['还没上传，明天上传', 'update'],
    ['The dump will be uploaded tomorrow.', 'update'],
    ['上传失败，提示权限不足', 'question'],
    ['密码链接过期了，请重新发', 'question'],
    ['无法打开密码链接', 'question'],
    ['请把密码再发一次', 'question'],
    ['忘记密码了', 'question'],
    ['The link to the password has expired.', 'question'],
    ['Please send a new link.', 'question'],
    ['密码已保存，谢谢', 'update'],
    ['你好，请问这个CMGE-DataCollectionTool工具采集，都可以针对哪些问题？', 'question'],
    ['更新，下载错误0x800705b4\n这个如何解决', 'question'],
    ['已收到。\n1.请问能否直接复制ntfs.sys文件进行替换。', 'question'],
    ['DMP已上传，请问多久有结果？', 'question'],
    ['How do I turn special pool off?', 'question'],
    ['你好，运行命令结果为True。\n第二个方法已试过不行，刚在网上找的办法。', 'update'],
    ['见 https://kb.example/a?b=c 第二条', 'update'],
    ['好的，谢谢，辛苦', 'acknowledgement'],
    ['Thanks a lot, got it!', 'acknowledgement'],
    ['评分：5', 'acknowledgement'],
    ['4/5', 'acknowledgement'],
    ['5 个文件都打不开', 'update'],
    ['5分，服务很好，建议回复再快一点。', 'acknowledgement'],
    ['5，非常满意', 'acknowledgement'],
    ['评分：4\n希望以后能直接远程。', 'acknowledgement'],
    ['5 points, thank you very much', 'acknowledgement'],
    ['1分，问题没有解决', 'update'],
    ['5分。今天又蓝屏了', 'problem'],
    ['5分，请问怎么关闭special pool？', 'question'],
    ['1. 已更新系统\n2. 已开启', 'update'],
    ['好的，谢谢，有问题再联系您。', 'acknowledgement'],
    ['收到，可以归档，谢谢！', 'acknowledgement'],
    ['好的，问题已经解决，感谢', 'acknowledgement'],
    ['问题没有解决', 'update'],
    ['有新的问题需要反馈', 'update'],
    ['好的，还没有去客户那里。', 'update'],
    ['好的，谢谢。机器又蓝屏了', 'problem'],
    ['如果又蓝屏再联系', 'update'],
    ['It crashed again this morning.', 'problem'],
    ['', 'update'],
  ])('“%s” is %s', (text, kind) => {
    expect(fromCustomer(text)).toMatchObject({ kind });
  });

  test('is a problem when it opens a case, even as a question', () => {
    expect(fromCustomer('电脑蓝屏，请问如何处理？', { opensCase: true }).kind).toBe('problem');
  });

  test.each([
    ['你好，4月30日帮客户配置了，但截至目前客户反应成了死机卡死，不蓝屏。 再等几日看看是否可以抓到蓝屏日志。', true],
    ['最近没有蓝屏，继续观察', true],
    ['No crash since yesterday.', true],
    ['We are waiting for the next crash.', true],
    ['好的，还没有去客户那里。', false],
    ['镜像问题，我先解决下镜像问题。', false],
    ['日志方面目前没有进展，之前说的采集工具因涉及隐私客户不同意使用。', false],
    ['2.开启special pool ，是还需要继续收集蓝屏日志吗', false],
  ])('“%s” waits for the crash: %s', (text, waitsForCrash) => {
    expect(fromCustomer(text)).toMatchObject({ waitsForCrash });
  });

  test('gives its reason in the words it saw', () => {
    expect(fromCustomer('DMP已上传至FTP，请查看').reason).toContain('DMP已上传至FTP');
  });
});

describe("a colleague's mail", () => {
  const request = 'Hi SFTP管理员,\n请帮忙建立sftp服务器账号和密码\n用户：陕西省煤田地质集团有限公司';
  test.each<[string, KindOfMail['kind']]>([
    [request, 'upload-space-request'],
    ['Please create an SFTP account for Acme.', 'upload-space-request'],
    ['HI 一线工程师\n账号已创建\n账号：sxmtdzjt\n密码：x', 'colleague-note'],
    ['Hi SFTP管理员，\n收到，十分感谢', 'colleague-note'],
    ['客户, 您好!\n这个工具收集系统的基本信息、网络信息和补丁信息等内容。', 'answer'],
    ['Dear customer,\nyes, the same version only.', 'answer'],
    ['答复客户：可以直接替换', 'answer'],
    ['客户, 您好!\n主机：sftp://sftp.support.example\n密码：Xk3mP9w2', 'colleague-note'],
    ['客户, 您好!\n接下来，我们将开始合作解决这个问题。', 'colleague-note'],
    ['Hi 二线工程师\n客户的机器又蓝屏了，请看', 'colleague-note'],
    ['可以直接复制', 'colleague-note'],
    ['客户还没回复，先不要归档此案例', 'colleague-note'],
    ['是否可以归档此案例？', 'colleague-note'],
    ['等客户确认后再归档此案例', 'colleague-note'],
    ['Please do not close this case yet.', 'colleague-note'],
    ['客户，您好\n如果一周内没有新的蓝屏，我们将归档此案例。', 'answer'],
    ['Dear customer, if there is no news we will close this case next week.', 'answer'],
    ['先不要归档此案例。\n客户已确认，现在归档此案例。', 'closure-summary'],
    ['We will close this case.', 'closure-summary'],
    ['客户, 您好!\n根据沟通的结果，我将暂时归档此问题。\n案例总结\n----------', 'closure-summary'],
  ])('“%s” is %s', (text, kind) => {
    expect(fromColleague(text)).toMatchObject({ kind, waitsForCrash: false });
  });

  test('that reached the customer directly is a word to the customer, whomever it addresses', () => {
    expect(fromColleague('张工，可以直接替换。', { reachedCustomer: true }).kind).toBe('answer');
    expect(fromColleague('客户, 您好!\n建议操作：\n1. 更新\n密码：Xk3mP9w2', { reachedCustomer: true }).kind).toBe(
      'action-plan',
    );
  });
});

describe('an automatic reply', () => {
  test.each<[string, object]>([
    ['RFC 3834', { headers: { 'auto-submitted': 'auto-replied' } }],
    ['a bounce', { headers: { 'content-type': 'multipart/report; report-type=delivery-status' } }],
    ['an empty return path', { headers: { 'return-path': '<>' } }],
    ['bulk mail', { headers: { precedence: 'bulk' } }],
    ['its subject', { subject: '自动回复: 蓝屏' }],
    ['its English subject', { subject: 'Automatic reply: crash' }],
    ['the words of QQ', { text: '您好，我正在休假。\n这是来自QQ邮箱的假期自动回复邮件。' }],
  ])('is known by %s', (_sign, more) => {
    expect(fromCustomer('您好，我正在休假。', more).kind).toBe('automatic-reply');
    expect(fromColleague('您好，我正在休假。', more).kind).toBe('automatic-reply');
  });

  test('is not every mail that a person sent', () => {
    expect(fromCustomer('好的，还没有去客户那里。', { headers: { 'auto-submitted': 'no' } }).kind).toBe('update');
    expect(fromCustomer('窗口提示自动回复失败', { subject: 'Re: 自动回复功能蓝屏' }).kind).toBe('update');
  });
});

describe('the language', () => {
  test.each([
    ['已收到', 'zh-CN'],
    ['KMODE_EXCEPTION_NOT_HANDLED This is a very common bugcheck，报错代码为', 'zh-CN'],
    ['Dear 张三, the update of the driver did not help us at all, it crashed again on Monday and Tuesday.', 'en'],
    ['ok', 'en'],
  ])('of “%s” is %s', (text, language) => {
    expect(languageOf(text)).toBe(language);
  });
});
