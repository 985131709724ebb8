/** A text in the languages that this reader speaks. */
export interface Text {
  en: string;
  zh: string;
}

/** What a parameter of a bugcheck stands for. */
export type ParameterMeaning =
  | null
  | Text
  /** Its value has a meaning of its own: one of a list, or of a known kind. */
  | { what: Text; values: Readonly<Record<string, Text>> }
  | { what: Text; as: 'status' | 'irql' | 'fast-fail' | 'tag' }
  /** What it stands for depends on parameter 1. */
  | { first: Readonly<Record<string, ParameterMeaning>>; otherwise: ParameterMeaning };

const t = (en: string, zh: string): Text => ({ en, zh });

const dependsOnFirst = t('depends on parameter 1', '含义取决于参数 1');
const faultingCode = t('address of the code that did it', '引发问题的代码地址');
const memoryAddress = t('memory address that was referenced', '被访问的内存地址');
const exceptionAddress = t('address of the code where the exception happened', '发生异常的代码地址');
const recordAddress = t('address of the exception record', '异常记录的地址');
const contextAddress = t(
  'address of the context record (the registers at that time)',
  '上下文记录（当时的寄存器）的地址',
);
const trapFrameAddress = t('address of the trap frame', '陷阱帧的地址');
const irpAddress = t('address of the I/O request (IRP)', 'I/O 请求（IRP）的地址');
const threadAddress = t('address of the thread', '线程对象的地址');
const deviceAddress = t('address of the device object', '设备对象的地址');
const poolType = t('kind of pool', '内存池类型');
const poolAddress = t('address of the pool block', '池块的地址');
const poolTag = { what: t('pool tag', '池标记（tag）'), as: 'tag' } as const;
const irql = { what: t('interrupt level (IRQL) at that time', '当时的中断级别（IRQL）'), as: 'irql' } as const;
const unhandledException = {
  what: t('exception that nobody handled', '未被处理的异常'),
  as: 'status',
} as const;
const readOrWrite: ParameterMeaning = {
  what: t('what was tried', '试图进行的操作'),
  values: {
    '0x0': t('read', '读取'),
    '0x1': t('write', '写入'),
    '0x2': t('run code there', '在该处执行代码'),
    '0x8': t('run code there', '在该处执行代码'),
  },
};
const sourceLine = t('file and line in the source of the file system driver', '文件系统驱动源代码中的文件和行号');
const fileSystemException: readonly ParameterMeaning[] = [sourceLine, recordAddress, contextAddress, null];
const exceptionAndContext: readonly ParameterMeaning[] = [
  unhandledException,
  exceptionAddress,
  recordAddress,
  contextAddress,
];
const displayTimeout: readonly ParameterMeaning[] = [
  t('address of the recovery record of the display (TDR)', '显示恢复记录（TDR）的地址'),
  t('address inside the display driver that is responsible', '责任显示驱动模块内的地址'),
  { what: t('status of the last failed operation', '最后一次失败操作的状态码'), as: 'status' },
  t('more details of the driver', '驱动内部的附加数据'),
];

const freedTwice = t('memory was freed that had been freed before', '重复释放已释放的内存');
const freedNonPaged = t('nonpaged memory was freed that was not allocated', '释放了未分配的非分页池地址');
const freedPaged = t('paged memory was freed that was not allocated', '释放了未分配的分页池地址');
const headerOverwritten = t(
  'the header of a freed block was changed afterwards, mostly by an overrun of the block before it',
  '已释放块的池头被改写，多为前一个块越界写入所致',
);
const headerSizeWrong = t('the size in the header of a pool block is corrupted', '池块头中的大小字段已损坏');
const heapState = t(
  'the heap is in a state that cannot be, mostly after an overrun',
  '堆处于不应出现的状态，多为缓冲区溢出所致',
);
const overrunFreed = t(
  'memory was freed after something had been written past its end',
  '释放内存时发现已越过其末尾写入',
);
const leakOnUnload = t('a driver unloads without having freed its memory', '驱动卸载时未释放其分配的内存');
const highIrql = (routine: string): Text =>
  t(`a driver called ${routine} at too high an interrupt level`, `驱动在过高的 IRQL 下调用了 ${routine}`);

/**
 * What parameters of bugchecks stand for, in our own words, after Microsoft's bug check code reference (CC BY 4.0) and
 * the constants of the Windows driver kit.
 */
export const bugcheckParameters: ReadonlyMap<number, readonly ParameterMeaning[]> = new Map<
  number,
  readonly ParameterMeaning[]
>([
  [
    0x0a,
    [
      t('memory address that could not be reached', '无法访问的内存地址'),
      irql,
      {
        what: t('what was tried', '试图进行的操作'),
        values: {
          '0x0': t('read', '读取'),
          '0x1': t('write', '写入'),
          '0x8': t('run code there', '在该处执行代码'),
          '0x9': t('run code there', '在该处执行代码'),
        },
      },
      faultingCode,
    ],
  ],
  [
    0x18,
    [
      t('type of the object whose references were counted wrongly', '引用计数出错的对象的类型'),
      t('address of that object', '该对象的地址'),
      null,
      null,
    ],
  ],
  [
    0x19,
    [
      {
        what: t('what is wrong with the pool', '内存池的问题'),
        values: {
          '0x2': t('the pattern of special pool was overwritten', '特殊池的填充模式被改写'),
          '0x3': t('the list of free blocks is corrupted', '空闲块链表已损坏'),
          '0x5': t('the headers of two neighbouring blocks contradict each other', '相邻两个池块的头互相矛盾'),
          '0x6': t('the previous size in a header is too large', '池块头中的“前一块大小”过大'),
          '0x7': headerSizeWrong,
          '0x8': t('the size in a header is zero', '池块头中的大小为零'),
          '0x9': headerSizeWrong,
          '0xa': headerSizeWrong,
          '0xd': headerOverwritten,
          '0xe': headerOverwritten,
          '0xf': headerOverwritten,
          '0x20': headerSizeWrong,
          '0x21': t(
            'what follows the block was overwritten: its user wrote past its end',
            '池块之后的数据被改写：使用者越界写入',
          ),
          '0x22': t(
            'an address was freed that is not tracked: freed twice or never allocated',
            '释放了没有跟踪记录的地址：重复释放或从未分配',
          ),
          '0x23': headerOverwritten,
          '0x24': headerOverwritten,
          '0x25': headerOverwritten,
        },
      },
      {
        first: {
          '0x5': t('one of the two pool entries', '两个池项之一'),
          '0x20': t('the pool entry that should have been found', '本应找到的池项'),
          '0x21': t('address of the block that was freed', '正在释放的池块地址'),
          '0x22': t('address that was freed', '正在释放的地址'),
        },
        otherwise: t('address of the pool entry', '池项的地址'),
      },
      {
        first: {
          '0x2': t('size of the block', '池块大小'),
          '0x3': t('forward link that was read', '读到的前向链接（flink）'),
          '0x20': t('the next pool entry', '下一个池项'),
          '0x21': t('bytes that were allocated', '分配的字节数'),
        },
        otherwise: null,
      },
      {
        first: {
          '0x3': t('backward link that was read', '读到的后向链接（blink）'),
          '0x5': t('the other pool entry', '另一个池项'),
          '0x21': t('the overwritten value behind the block', '块后被改写的值'),
        },
        otherwise: null,
      },
    ],
  ],
  [
    0x1a,
    [
      {
        what: t('what the memory manager found', '内存管理器发现的问题'),
        values: {
          '0x1': t('the reference count of a fork clone is wrong', 'fork 克隆块的引用计数错误'),
          '0x31': t(
            'a relocation table or code of an image is corrupted; probably hardware',
            '映像重定位表或代码已损坏；很可能是硬件问题',
          ),
          '0x403': t(
            'page tables and the list of pages are out of step; probably hardware, mostly so when parameters 3 and 4 differ in one bit',
            '页表与物理页记录不一致；很可能是硬件问题，参数 3 与 4 只差一位时尤其如此',
          ),
          '0x411': t('a page table entry is corrupted; parameter 2 is its address', '页表项已损坏；参数 2 为其地址'),
          '0x777': t('an address of the system cache was unlocked that was not locked', '解锁了未锁定的系统缓存地址'),
          '0x780': t('the page table entries of the system cache are corrupted', '系统缓存视图的页表项已损坏'),
          '0x781': t('the page table entries of the system cache are corrupted', '系统缓存视图的页表项已损坏'),
          '0x1000': t('a cached page was to be mapped as not cached', '试图把已缓存的页映射为非缓存'),
          '0x1010': t('a pageable section was unlocked that was not locked', '解锁了未锁定的可分页节'),
          '0x1233': t('a driver mapped a physical page that was not locked', '驱动映射了未锁定的物理页'),
          '0x1234': t('a pageable section was to be locked that does not exist', '试图锁定不存在的可分页节'),
          '0x1235': t(
            'a memory descriptor list (MDL) without a valid mapping was to be protected',
            '试图保护映射无效的 MDL',
          ),
          '0x3451': t('the page table entries of a kernel stack are corrupted', '内核栈的页表项已损坏'),
          '0x3453': t('page tables of an ended process were still in use', '已结束进程的页表仍在使用'),
          '0x4477': t(
            'a driver wrote to an address of user memory that was not allocated',
            '驱动写入了系统进程用户空间中未分配的地址',
          ),
          '0x5003': t(
            'the list of free working set entries is corrupted; probably hardware',
            '工作集空闲链表已损坏；很可能是硬件问题',
          ),
          '0x5005': t('a memory area was reached that is not the caller’s', '访问了不属于调用者的内存区域'),
          '0x5100': t('the bitmap of allocations is corrupted', '分配位图已损坏'),
          '0x5200': t(
            'a free pool page was changed: written after it was freed, or an overrun',
            '空闲池页被改写：释放后写入或前页越界',
          ),
          '0x8884': t('two pages of one list have different priorities', '同一链表中两页的优先级不一致'),
          '0x8888': t('internal structures of the memory manager are corrupted', '内存管理器内部结构已损坏'),
          '0x8889': t('internal structures of the memory manager are corrupted', '内存管理器内部结构已损坏'),
          '0x888a': t('a page table entry or page record is corrupted', '页表项或 PFN 已损坏'),
          '0x41201': t('a page table entry and its page do not fit together', '页表项与其物理页不匹配'),
          '0x41283': t('the working set index in a page table entry is corrupted', '页表项中的工作集索引已损坏'),
          '0x41284': t('a page table entry or the working set list is corrupted', '页表项或工作集链表已损坏'),
          '0x41286': t('an invalid address of pool memory was freed', '释放了无效的池地址'),
          '0x41287': t(
            'an illegal page fault while the working set was locked; parameter 2 is the address',
            '持有工作集锁时发生非法缺页；参数 2 为地址',
          ),
          '0x41785': t('the working set list is corrupted', '工作集链表已损坏'),
          '0x41790': t('a page table page is corrupted', '页表页已损坏'),
          '0x41792': t(
            'a corrupted page table entry; parameter 2 is its address, parameter 3 its content',
            '页表项已损坏；参数 2 为其地址，参数 3 为其内容',
          ),
          '0x41793': t('a page table holds fewer entries than it counts', '页表中的项数少于其计数'),
          '0x61940': t('a page directory entry became invalid unexpectedly', '页目录项意外失效'),
          '0x61941': t(
            'the page tables of the address in parameter 2 are corrupted',
            '参数 2 所指地址的页表层级已损坏',
          ),
          '0x61946': t(
            'a driver locked pages in an invalid way (memory descriptor list)',
            '驱动锁定页面的方式有误（MDL 有缺陷）',
          ),
          '0x61949': t('a record of I/O pages is missing', 'I/O 页记录缺失'),
        },
      },
      dependsOnFirst,
      dependsOnFirst,
      dependsOnFirst,
    ],
  ],
  [
    0x1e,
    [
      unhandledException,
      exceptionAddress,
      t(
        'first parameter of the exception; of an access violation: 0 read, 1 write, 8 execute',
        '异常的第一个参数；访问冲突时：0 读、1 写、8 执行',
      ),
      t(
        'second parameter of the exception; of an access violation: the address that was not reachable',
        '异常的第二个参数；访问冲突时为无法访问的地址',
      ),
    ],
  ],
  [0x23, fileSystemException],
  [0x24, fileSystemException],
  [0x27, [t('where in the redirector', '重定向器中的位置'), recordAddress, contextAddress, null]],
  [0x34, [sourceLine, null, null, null]],
  [0x35, [irpAddress, null, null, null]],
  [0x3b, [unhandledException, exceptionAddress, contextAddress, null]],
  [0x3d, [recordAddress, contextAddress, null, null]],
  [0x44, [irpAddress, null, null, null]],
  [0x48, [irpAddress, t('cancel routine that the driver had set', '驱动设置的取消例程'), null, null]],
  [
    0x4e,
    [
      {
        what: t('what is wrong with the list of physical pages', '物理页（PFN）链表的问题'),
        values: {
          '0x1': t('a list head is corrupted', '链表头已损坏'),
          '0x2': t('a list entry is corrupted', '链表项已损坏'),
          '0x7': t('a driver unlocked a page more often than it locked it', '驱动解锁页面的次数多于锁定次数'),
          '0x8d': t('the list of free pages is corrupted; most likely hardware', '空闲页链表已损坏；很可能是硬件问题'),
          '0x8f': t('the head of the list of free or zeroed pages is corrupted', '空闲页或零页链表头已损坏'),
          '0x99': t('a page table entry or page record is corrupted', '页表项或 PFN 已损坏'),
          '0x9a': t('a driver freed a page that is still locked for I/O', '驱动释放了仍被 I/O 锁定的页'),
        },
      },
      {
        first: {
          '0x1': t('the corrupted list head', '损坏的链表头'),
          '0x2': t('the entry that was removed', '正在移除的项'),
          '0x8f': t('new page number', '新页号'),
        },
        otherwise: t('number of the page', '页帧号'),
      },
      {
        first: {
          '0x1': t('number of available pages', '可用页数'),
          '0x2': t('highest page number', '最大物理页号'),
          '0x7': t('current share count', '当前共享计数'),
          '0x8f': t('old page number', '旧页号'),
          '0x99': t('state of the page', '页的当前状态'),
          '0x9a': t('state of the page', '页的当前状态'),
        },
        otherwise: null,
      },
      {
        first: {
          '0x2': t('reference count of the entry', '该项的引用计数'),
          '0x9a': t('reference count of the entry', '该项的引用计数'),
        },
        otherwise: null,
      },
    ],
  ],
  [
    0x50,
    [
      memoryAddress,
      {
        what: t('what was tried', '试图进行的操作'),
        values: {
          '0x0': t('read', '读取'),
          '0x1': t('write', '写入'),
          '0x2': t('write', '写入'),
          '0x8': t('run code there', '在该处执行代码'),
          '0x10': t('run code there', '在该处执行代码'),
        },
      },
      t('address of the code that did it; 0: unknown', '引发问题的代码地址；0 表示未知'),
      {
        what: t('kind of page fault', '缺页类型'),
        values: {
          '0x0': t('the page table entry is marked as free', '页表项被标记为空闲'),
          '0x2': t('no valid page table entry', '页表项无效'),
          '0x3': t('session memory was used without a session', '在没有会话时使用了会话内存'),
          '0x4': t('the address is not a canonical one', '地址不是规范地址'),
          '0xf': t(
            'kernel code reached into user memory where that is not allowed',
            '内核代码在不允许时访问了用户内存',
          ),
        },
      },
    ],
  ],
  [
    0x51,
    [
      null,
      null,
      t('address of the hive of the registry', '注册表配置单元的地址'),
      t('result of checking the hive', '检查配置单元的返回码'),
    ],
  ],
  [
    0x5c,
    [
      t(
        'what the hardware abstraction layer (HAL) could not set up; the codes are not documented',
        '硬件抽象层（HAL）未能初始化的内容；代码含义未公开',
      ),
      null,
      null,
      null,
    ],
  ],
  [0x74, [null, null, null, { what: t('status', '状态码'), as: 'status' }]],
  [
    0x77,
    [
      t(
        'where the page came from (0 cache, 1 and 2 disk), or the status of reading it',
        '页的来源（0 缓存，1 和 2 磁盘），或读取的状态码',
      ),
      t('what lay on the stack where a mark should be, or the I/O status', '栈上标记处读到的值，或 I/O 状态码'),
      t('0, or the number of the page file', '0，或页面文件编号'),
      t(
        'address of the mark on the kernel stack, or the place in the page file',
        '内核栈上标记的地址，或在页面文件中的位置',
      ),
    ],
  ],
  [
    0x7a,
    [
      t('kind of lock that was held', '持有的锁类型'),
      { what: t('status of the read', '读取操作的状态码'), as: 'status' },
      dependsOnFirst,
      t('address whose page could not be read from disk', '无法从磁盘读入其页的虚拟地址'),
    ],
  ],
  [0x7b, [t('name or device object of the boot device', '启动设备的名称或设备对象的地址'), null, null, null]],
  [0x7e, exceptionAndContext],
  [
    0x7f,
    [
      {
        what: t('trap of the processor', '处理器陷阱'),
        values: {
          '0x0': t('division by zero', '除以零'),
          '0x4': t('overflow', '溢出'),
          '0x5': t('bounds check', '边界检查'),
          '0x6': t('invalid instruction', '无效指令'),
          '0x8': t('double fault, mostly a kernel stack that is used up', '双重故障，多为内核栈耗尽'),
          '0xd': t('general protection fault', '一般保护故障'),
          '0x10': t('floating point error', '浮点错误'),
          '0x11': t('misaligned access', '未对齐访问'),
          '0x12': t('machine check', '机器检查'),
        },
      },
      { first: { '0x8': t('address of the processor’s state', '处理器状态的地址') }, otherwise: null },
      null,
      null,
    ],
  ],
  [0x8e, [unhandledException, exceptionAddress, trapFrameAddress, null]],
  [0x92, [t('base address of the driver', '驱动的基址'), null, null, null]],
  [0x9b, fileSystemException],
  [
    0x9c,
    [
      t('lower half of the machine check type, or number of the bank', '机器检查类型的低 32 位，或组号'),
      t('address of the machine check record', '机器检查记录的地址'),
      t('upper half of the machine check status', '机器检查状态的高 32 位'),
      t('lower half of the machine check status', '机器检查状态的低 32 位'),
    ],
  ],
  [
    0x9f,
    [
      {
        what: t('what took too long', '超时的操作'),
        values: {
          '0x1': t(
            'a device object was freed with a power request still outstanding',
            '设备对象释放时仍有未完成的电源请求',
          ),
          '0x2': t('a device did not finish its power request', '设备未完成电源请求'),
          '0x3': t('a device held a power request (IRP) for too long', '设备长时间占用电源请求（IRP）'),
          '0x4': t('the power change waited for the plug and play subsystem', '电源状态转换等待即插即用子系统超时'),
          '0x5': t('a device did not finish a directed power change in time', '设备未按时完成定向电源转换'),
          '0x6': t('a device did not finish a directed power change well', '设备未成功完成定向电源转换'),
          '0x500': t(
            'a device held a power request of the Windows driver framework',
            '设备长时间占用驱动框架的电源请求',
          ),
        },
      },
      {
        first: {
          '0x1': deviceAddress,
          '0x2': t('device object of the device that should have finished', '目标设备的设备对象'),
          '0x3': t('physical device object of that device', '该设备的物理设备对象（PDO）'),
          '0x4': t('seconds that were allowed', '超时时限（秒）'),
          '0x5': t('physical device object of that device', '该设备的物理设备对象（PDO）'),
          '0x6': t('the device as the power manager knows it (POP_FX_DEVICE)', '电源管理器中的该设备（POP_FX_DEVICE）'),
        },
        otherwise: dependsOnFirst,
      },
      {
        first: {
          '0x2': t('device object', '设备对象'),
          '0x5': t('the device as the power manager knows it (POP_FX_DEVICE)', '电源管理器中的该设备（POP_FX_DEVICE）'),
          '0x6': t('1: it was powered down; 0: it was powered up', '1 表示正在断电，0 表示正在上电'),
          '0x500': t('device object of the device that should have finished', '目标设备的设备对象'),
          '0x3': t('address of a triage block (nt!TRIAGE_9F_POWER)', '诊断块（nt!TRIAGE_9F_POWER）的地址'),
          '0x4': t('thread that holds the lock of plug and play', '持有即插即用锁的线程'),
        },
        otherwise: dependsOnFirst,
      },
      {
        first: {
          '0x2': t('driver object', '驱动对象'),
          '0x500': deviceAddress,
          '0x3': t('the power request (IRP) that was held', '被占用的电源请求（IRP）'),
          '0x4': t('address of a triage block (nt!TRIAGE_9F_PNP)', '诊断块（nt!TRIAGE_9F_PNP）的地址'),
        },
        otherwise: dependsOnFirst,
      },
    ],
  ],
  [0xbe, [t('address that was to be written', '试图写入的虚拟地址'), t('page table entry', '页表项内容'), null, null]],
  [
    0xc1,
    [
      t(
        'address that was freed; interrupt level when parameter 4 is 0x30 or 0x31',
        '正在释放的地址；参数 4 为 0x30 或 0x31 时为 IRQL',
      ),
      t('address of the corrupted bytes, or bytes that were asked for', '损坏字节的地址，或请求的字节数'),
      null,
      {
        what: t('what special pool found', '特殊池发现的问题'),
        values: {
          '0x20': t('memory was freed that was not allocated', '释放了未分配的内存'),
          '0x21': t('a bad address was freed', '释放了错误的地址'),
          '0x22': t('a bad address was freed', '释放了错误的地址'),
          '0x23': t('bytes near the block were overwritten', '块附近的字节被改写'),
          '0x24': t('bytes after the block were overwritten', '块末尾之后的字节被改写'),
          '0x30': t('memory was allocated at the wrong interrupt level', '在错误的 IRQL 下分配内存'),
          '0x31': t('memory was freed at the wrong interrupt level', '在错误的 IRQL 下释放内存'),
          '0x32': t(
            'one bit near the block is wrong, as bad memory does',
            '块附近有单个比特错误，符合内存硬件故障特征',
          ),
        },
      },
    ],
  ],
  [
    0xc2,
    [
      {
        what: t('what was wrong with the request', '内存池请求的问题'),
        values: {
          '0x0': t('no bytes were asked for', '请求分配零字节'),
          '0x1': t('a pool header is corrupted', '池头已损坏'),
          '0x2': t('a pool header is corrupted', '池头已损坏'),
          '0x4': t('a pool header is corrupted', '池头已损坏'),
          '0x6': freedTwice,
          '0x7': freedTwice,
          '0x8': t('memory was allocated at too high an interrupt level', '在过高的 IRQL 下分配内存'),
          '0x9': t('memory was freed at too high an interrupt level', '在过高的 IRQL 下释放内存'),
          '0xa': t(
            'memory was freed with the wrong tag; it may be another driver’s',
            '用错误的标记释放内存；该内存可能属于其他驱动',
          ),
          '0xb': t('quota of a corrupted block was given back', '归还了损坏池块的配额'),
          '0xc': t('quota of a corrupted block was given back', '归还了损坏池块的配额'),
          '0xd': t('quota of a corrupted block was given back', '归还了损坏池块的配额'),
          '0x40': t('an address of user memory was freed as pool', '把用户态地址当作内核池释放'),
          '0x41': freedNonPaged,
          '0x42': t('an address was freed that never was pool', '释放了从未属于内存池的地址'),
          '0x43': t('an address was freed that never was pool', '释放了从未属于内存池的地址'),
          '0x44': freedNonPaged,
          '0x46': t('an invalid address was freed', '释放了无效的池地址'),
          '0x47': freedNonPaged,
          '0x48': freedPaged,
          '0x50': freedPaged,
          '0x60': t('an invalid address of contiguous memory was freed', '释放了无效的连续内存地址'),
          '0x99': t('an invalid address was freed, or a pool header is corrupted', '释放了无效地址，或池头已损坏'),
          '0x9a': t(
            'memory was asked for in a way that is no longer allowed (MUST_SUCCEED)',
            '使用了不再支持的 MUST_SUCCEED 分配',
          ),
          '0x9b': t('memory was asked for with the tag 0', '用标记 0 分配内存'),
          '0x9c': t('memory was asked for with the tag "BIG"', '用标记 "BIG" 分配内存'),
          '0x9d': t('memory was asked for with a tag without letters', '用不含字母数字的标记分配内存'),
          '0x41286': t('an address in the middle of an allocation was freed', '释放了分配中间的地址'),
        },
      },
      {
        first: {
          '0x0': null,
          '0x6': null,
          '0x7': null,
          '0x8': irql,
          '0x9': irql,
          '0xa': poolAddress,
          '0xb': poolAddress,
          '0xc': poolAddress,
          '0xd': poolAddress,
          '0x9a': poolType,
          '0x9b': poolType,
          '0x9c': poolType,
          '0x9d': poolTag,
        },
        otherwise: t('address that is concerned', '相关地址'),
      },
      {
        first: {
          '0x0': poolType,
          '0x1': t('first part of the header', '池头内容的前部'),
          '0x2': t('first part of the header', '池头内容的前部'),
          '0x4': t('first part of the header', '池头内容的前部'),
          '0x6': t('address of the header', '池头的地址'),
          '0x7': t('content of the header', '池头内容'),
          '0x8': poolType,
          '0x9': poolType,
          '0xa': { what: t('tag with which it was allocated', '分配时的标记'), as: 'tag' },
          '0xb': poolTag,
          '0xc': poolTag,
          '0xd': poolTag,
        },
        otherwise: dependsOnFirst,
      },
      {
        first: {
          '0x0': poolTag,
          '0x6': t('content of the header', '池头内容'),
          '0x7': t('address of the block that was freed', '正在释放的池块地址'),
          '0x8': t('bytes that were asked for', '请求的字节数'),
          '0x9': poolAddress,
          '0xa': { what: t('tag with which it was freed', '释放时使用的标记'), as: 'tag' },
          '0x9a': poolTag,
        },
        otherwise: dependsOnFirst,
      },
    ],
  ],
  [
    0xc4,
    [
      {
        what: t('rule of Driver Verifier that was broken', '违反的驱动程序验证器规则'),
        values: {
          '0x0': t('no bytes were asked for', '请求分配零字节'),
          '0x1': t('paged memory was allocated at too high an interrupt level', '在过高的 IRQL 下分配分页内存'),
          '0x2': t('nonpaged memory was allocated at too high an interrupt level', '在过高的 IRQL 下分配非分页内存'),
          '0x10': t('an address was freed that was not allocated', '释放了未分配的地址'),
          '0x11': t('paged memory was freed at too high an interrupt level', '在过高的 IRQL 下释放分页内存'),
          '0x12': t('nonpaged memory was freed at too high an interrupt level', '在过高的 IRQL 下释放非分页内存'),
          '0x13': freedTwice,
          '0x14': freedTwice,
          '0x16': t('memory was freed at a bad address', '在错误的地址释放内存'),
          '0x30': t('the interrupt level was raised to a bad value', '把 IRQL 提升到错误的值'),
          '0x31': t('the interrupt level was lowered to a bad value', '把 IRQL 降低到错误的值'),
          '0x32': t(
            'a spin lock was released at the wrong interrupt level, maybe twice',
            '在错误的 IRQL 下释放自旋锁，可能重复释放',
          ),
          '0x33': t('a fast mutex was acquired at too high an interrupt level', '在过高的 IRQL 下获取快速互斥体'),
          '0x34': t('a fast mutex was released at the wrong interrupt level', '在错误的 IRQL 下释放快速互斥体'),
          '0x37': t('a resource was acquired without APCs disabled', '未禁用 APC 即获取资源'),
          '0x38': t('a resource was released without APCs disabled', '未禁用 APC 即释放资源'),
          '0x3c': t('a bad handle was used', '使用了错误的句柄'),
          '0x3e': t('a critical region was left that had not been entered', '离开了未进入的临界区'),
          '0x3f': t('references of an object were counted wrongly', '对象引用计数错误'),
          '0x40': t('a spin lock was acquired at too low an interrupt level', '在过低的 IRQL 下获取自旋锁'),
          '0x41': t('a spin lock was released at too low an interrupt level', '在过低的 IRQL 下释放自旋锁'),
          '0x42': t('a spin lock was acquired at too high an interrupt level', '在过高的 IRQL 下获取自旋锁'),
          '0x51': overrunFreed,
          '0x52': overrunFreed,
          '0x53': overrunFreed,
          '0x54': overrunFreed,
          '0x59': overrunFreed,
          '0x60': leakOnUnload,
          '0x61': t('a driver allocates memory while it unloads', '驱动在卸载过程中分配内存'),
          '0x62': leakOnUnload,
          '0x70': highIrql('MmProbeAndLockPages'),
          '0x73': highIrql('MmMapIoSpace'),
          '0x74': highIrql('MmMapLockedPages'),
          '0x78': highIrql('MmUnlockPages'),
          '0x7b': highIrql('MmUnmapIoSpace'),
          '0x7c': t('pages were unlocked that had not been locked', '解锁了未锁定的页'),
          '0x7d': t('pages of nonpaged memory were unlocked', '解锁了非分页池的页'),
          '0x80': highIrql('KeSetEvent'),
          '0x91': t('a driver switched stacks in a way that is not allowed', '驱动用不支持的方式切换栈'),
          '0xa0': t('a checksum error on a hard disk', '硬盘上发现校验（CRC）错误'),
          '0xa1': t('a checksum error on a sector', '扇区校验（CRC）错误'),
          '0xe0': t('a driver passed an address of user memory to a kernel routine', '驱动把用户态地址传给内核例程'),
          '0xf6': t('a driver used a handle of user mode as a kernel handle', '驱动把用户态句柄当作内核句柄使用'),
          '0x1001': t('a deadlock was found', '检测到死锁'),
        },
      },
      {
        first: {
          '0x0': irql,
          '0x1': irql,
          '0x2': irql,
          '0x11': irql,
          '0x12': irql,
          '0x30': irql,
          '0x31': irql,
          '0x32': irql,
          '0x60': t('bytes of paged memory that were not freed', '未释放的分页池字节数'),
          '0x62': t('address of the driver’s name', '驱动名称的地址'),
        },
        otherwise: dependsOnFirst,
      },
      {
        first: {
          '0x0': poolType,
          '0x1': poolType,
          '0x2': poolType,
          '0x60': t('bytes of nonpaged memory that were not freed', '未释放的非分页池字节数'),
        },
        otherwise: dependsOnFirst,
      },
      {
        first: {
          '0x1': t('bytes that were asked for', '请求的字节数'),
          '0x2': t('bytes that were asked for', '请求的字节数'),
          '0x60': t('number of allocations that were not freed', '未释放的分配次数'),
          '0x62': t('number of allocations that were not freed', '未释放的分配次数'),
        },
        otherwise: dependsOnFirst,
      },
    ],
  ],
  [0xc5, [memoryAddress, irql, readOrWrite, faultingCode]],
  [
    0xc9,
    [
      {
        what: t('rule of I/O verification that was broken', '违反的 I/O 验证规则'),
        values: {
          '0x1': t('something was freed as a request (IRP) that is none', '把不是 IRP 的内容当作 IRP 释放'),
          '0x2': t('a request was freed that still belongs to a thread', '释放了仍与线程关联的 IRP'),
          '0x3': t('something was sent as a request (IRP) that is none', '把不是 IRP 的内容当作 IRP 发送'),
          '0x4': t('a request was sent to something that is no device', '把请求发送给无效的设备对象'),
          '0x5': t('a driver returned at another interrupt level than it was called', '驱动返回时的 IRQL 与调用时不同'),
          '0x6': t('a request was completed with a status of pending', '以“挂起”状态完成了请求'),
          '0x7': t('a request was completed while it could still be cancelled', '完成请求时取消例程仍然存在'),
          '0x8': t('a request was built with an invalid buffer', '用无效的缓冲区构造请求'),
          '0x9': t('a control request was built with an invalid buffer', '用无效的缓冲区构造控制请求'),
          '0xa': t('the timer of a device was set up twice', '重复初始化设备的计时器'),
          '0xc': t('the status block of a request lies on a stack that was left', '请求的状态块位于已退出的栈上'),
          '0xd': t('the event of a request lies on a stack that was left', '请求的事件位于已退出的栈上'),
          '0xe': t('a request was completed at too high an interrupt level', '在过高的 IRQL 下完成请求'),
          '0xf': t('a file was opened again by an object that was closed', '用已关闭的文件对象再次发起打开请求'),
          '0x10': t('a request was sent at too high an interrupt level', '在过高的 IRQL 下发送请求'),
          '0x11': t('a request was sent at too high an interrupt level', '在过高的 IRQL 下发送请求'),
          '0x12': t('a request was sent at too high an interrupt level', '在过高的 IRQL 下发送请求'),
        },
      },
      {
        first: {
          '0x1': irpAddress,
          '0x2': irpAddress,
          '0x3': irpAddress,
          '0x4': deviceAddress,
          '0x5': t('device object of the driver that did it', '引发问题的驱动的设备对象'),
          '0x6': { what: t('status', '状态码'), as: 'status' },
          '0x7': t('address of the cancel routine', '取消例程的地址'),
          '0x8': deviceAddress,
          '0x9': deviceAddress,
          '0xa': deviceAddress,
          '0xc': t('address of the status block', '状态块的地址'),
          '0xd': t('address of the event', '事件的地址'),
          '0xe': irql,
          '0xf': deviceAddress,
          '0x10': irql,
          '0x11': t('address of the routine of the driver', '驱动例程的地址'),
          '0x12': t('address of the routine of the driver', '驱动例程的地址'),
        },
        otherwise: t('address of the code of the driver where it was noticed', '发现问题处的驱动代码地址'),
      },
      {
        first: {
          '0x1': null,
          '0x2': null,
          '0x3': null,
          '0x4': null,
          '0x5': irql,
          '0x6': irpAddress,
          '0x7': irpAddress,
          '0x8': t('major function of the request', '请求的主功能码'),
          '0x9': t('I/O control code', 'I/O 控制码'),
          '0xa': null,
          '0xc': null,
          '0xd': null,
          '0xe': irpAddress,
          '0xf': irpAddress,
          '0x10': null,
          '0x11': irql,
          '0x12': irql,
        },
        otherwise: irpAddress,
      },
      {
        first: {
          '0x1': null,
          '0x2': null,
          '0x3': null,
          '0x4': null,
          '0x5': irql,
          '0x6': null,
          '0x7': null,
          '0x8': { what: t('status', '状态码'), as: 'status' },
          '0x9': { what: t('status', '状态码'), as: 'status' },
          '0xa': null,
          '0xc': null,
          '0xd': null,
          '0xe': null,
          '0xf': t('address of the file object', '文件对象的地址'),
          '0x10': null,
          '0x11': irql,
          '0x12': irql,
        },
        otherwise: deviceAddress,
      },
    ],
  ],
  [
    0xca,
    [
      {
        what: t('what plug and play found', '即插即用管理器发现的问题'),
        values: {
          '0x1': t('a bus driver reported two devices with the same identity', '总线驱动报告了两个标识相同的设备'),
          '0x2': t('something was passed as a physical device that is none', '把不是物理设备对象的内容当作 PDO 传入'),
          '0x3': t('a bus driver gave an invalid device identity', '总线驱动返回了无效的设备标识'),
          '0x4': t('a bus driver reported a device that it had deleted', '总线驱动报告了已被它删除的设备'),
          '0x5': t('a device was freed that is still in the tree of devices', '释放了仍在设备树中的设备'),
          '0x8': t('a bus driver reported a device at address 0', '总线驱动报告了空的设备'),
          '0x9': t('an interrupt was disconnected in another way than it was connected', '断开中断的方式与连接时不同'),
          '0xa': t(
            'a callback returned at another interrupt level than it was called',
            '回调返回时的 IRQL 与调用时不同',
          ),
          '0xb': t('a deleted device was reported as related', '把已删除的设备报告为关联设备'),
        },
      },
      {
        first: {
          '0x9': t('kind of connection that was passed', '传入的连接类型'),
          '0xa': t('address of the driver object', '驱动对象的地址'),
        },
        otherwise: t('physical device object', '物理设备对象（PDO）'),
      },
      {
        first: {
          '0x1': t('the older device with the same identity', '较早的相同标识的设备'),
          '0x2': t('address of the driver object', '驱动对象的地址'),
          '0x3': t('address of the text of the identity', '标识文本的地址'),
          '0x8': t('number of devices that were reported', '报告的设备数'),
          '0xa': irql,
        },
        otherwise: null,
      },
      null,
    ],
  ],
  [0xcc, [memoryAddress, readOrWrite, faultingCode, null]],
  [0xcd, [memoryAddress, readOrWrite, faultingCode, null]],
  [0xce, [memoryAddress, readOrWrite, faultingCode, null]],
  [0xd1, [memoryAddress, irql, readOrWrite, faultingCode]],
  [0xd3, [memoryAddress, irql, readOrWrite, faultingCode]],
  [0xd4, [memoryAddress, irql, readOrWrite, faultingCode]],
  [0xd5, [memoryAddress, readOrWrite, faultingCode, null]],
  [0xd6, [memoryAddress, readOrWrite, faultingCode, null]],
  [
    0xd8,
    [
      t('address of the name of the driver, or 0', '驱动名称的地址，或 0'),
      t('page table entries that the driver uses', '该驱动使用的页表项数'),
      t('free page table entries', '空闲的系统页表项数'),
      t('all page table entries', '系统页表项总数'),
    ],
  ],
  [
    0xe6,
    [
      {
        what: t('rule of DMA verification that was broken', '违反的 DMA 验证规则'),
        values: {
          '0x3': t('a DMA buffer was freed twice', '重复释放 DMA 公用缓冲区'),
          '0x4': t('a DMA channel was freed twice', '重复释放 DMA 通道'),
          '0x5': t('DMA map registers were freed twice', '重复释放 DMA 映射寄存器'),
          '0x6': t('a scatter/gather list was freed twice', '重复释放分散/聚集列表'),
          '0x7': t('a DMA adapter was given back with buffers still in use', '交还 DMA 适配器时仍有缓冲区未释放'),
          '0xe': t('a DMA transfer used memory that is not locked', 'DMA 传输使用了未锁定的内存'),
          '0xf': t('the driver or the device wrote outside of its DMA buffer', '驱动或设备写到了 DMA 缓冲区之外'),
          '0x13': t('a DMA routine was called at the wrong interrupt level', '在错误的 IRQL 下调用 DMA 例程'),
          '0x18': t('a DMA adapter was used after it was given back', '使用了已交还的 DMA 适配器'),
          '0x1f': t('a DMA transfer with an invalid buffer', 'DMA 传输的缓冲区无效'),
          '0x26': t(
            'a device reached memory that it may not reach (IOMMU); this happens without Driver Verifier too',
            '设备访问了不允许的内存（IOMMU 检测到）；未启用驱动程序验证器时也会发生',
          ),
        },
      },
      {
        first: { '0x26': t('device object of the device that did it', '引发问题的设备的设备对象') },
        otherwise: dependsOnFirst,
      },
      {
        first: { '0x26': t('mostly the physical address that was reached', '多为被访问的物理地址') },
        otherwise: dependsOnFirst,
      },
      {
        first: { '0x26': t('kind of fault, as the hardware counts it', '故障类型（由硬件定义）') },
        otherwise: dependsOnFirst,
      },
    ],
  ],
  [
    0xea,
    [
      t('address of the thread that is stuck', '卡住的线程对象的地址'),
      t('address of the watchdog object', '看门狗对象的地址'),
      t('address of the name of the driver', '驱动名称的地址'),
      null,
    ],
  ],
  [
    0xed,
    [
      deviceAddress,
      { what: t('why the boot volume could not be mounted', '无法装载启动卷的原因'), as: 'status' },
      null,
      null,
    ],
  ],
  [
    0xef,
    [
      t('address of the process that ended', '结束的进程对象的地址'),
      {
        what: t('what ended', '结束的对象'),
        values: { '0x0': t('a process', '进程'), '0x1': t('a thread', '线程') },
      },
      null,
      null,
    ],
  ],
  [
    0xf4,
    [
      {
        what: t('what ended that Windows cannot live without', '结束的系统关键对象'),
        values: { '0x3': t('a process', '进程'), '0x6': t('a thread', '线程') },
      },
      t('address of the object that ended', '结束的对象的地址'),
      t('address of the name of its program', '其程序名称的地址'),
      t('address of an explaining text', '说明文字的地址'),
    ],
  ],
  [
    0xf7,
    [
      t('security cookie found on the stack', '栈上实际的安全 cookie'),
      t('security cookie that was expected', '期望的安全 cookie'),
      t('complement of the expected cookie', '期望 cookie 的按位取反'),
      null,
    ],
  ],
  [
    0xfc,
    [t('address where code was to be run', '试图执行代码的地址'), t('page table entry', '页表项内容'), null, null],
  ],
  [
    0xfe,
    [
      {
        what: t('what the USB drivers found', 'USB 驱动发现的问题'),
        values: {
          '0x1': t('an internal error of the USB drivers', 'USB 驱动栈内部错误'),
          '0x2': t(
            'a client driver sent a USB request that is still attached to another one',
            '客户端驱动提交了仍附在另一个请求上的 URB',
          ),
          '0x3': t(
            'the driver of the controller gave up, mostly because of its hardware',
            '控制器驱动主动停止，多为硬件故障',
          ),
          '0x4': t('a client driver sent a request that is still being worked on', '客户端驱动提交了仍在处理中的请求'),
          '0x5': t(
            'the controller used an address that cannot be: bad hardware',
            '控制器使用了错误的物理地址：硬件故障',
          ),
          '0x6': t('an object of the USB drivers is corrupted', 'USB 驱动的内部对象已损坏'),
          '0x7': t('see the text of parameter 3', '见参数 3 所指的文字'),
          '0x8': t('the driver of a hub stopped', '集线器驱动报告的错误'),
        },
      },
      {
        first: {
          '0x2': t('the request that it is still attached to', '它仍附着的请求（IRP）'),
          '0x4': irpAddress,
          '0x5': t('data of the driver of the host controller', '主控制器驱动的设备扩展'),
          '0x6': t('address of the object', '对象的地址'),
          '0x7': t('address of the log of usbport.sys', 'usbport.sys 调试日志的地址'),
          '0x8': {
            what: t('what the hub driver found', '集线器驱动发现的问题'),
            values: {
              '0x2': t('a request that it did not expect', '收到了意料之外的请求'),
              '0x4': t('a fatal fault of a device of the hub', '集线器下某设备的致命错误'),
              '0x6': t('a time-out', '超时'),
            },
          },
        },
        otherwise: null,
      },
      {
        first: {
          '0x2': t('the request that was sent', '提交的请求（IRP）'),
          '0x4': t('address of the USB request block (URB)', 'USB 请求块（URB）的地址'),
          '0x5': t('PCI vendor and product of the controller', '控制器的 PCI 厂商与产品编号'),
          '0x6': t('mark that was expected', '期望的标记'),
          '0x7': t('address of the text', '文字的地址'),
          '0x8': t('depends on parameter 2; for 2 and 4 a device object', '含义取决于参数 2；为 2 或 4 时是设备对象'),
        },
        otherwise: null,
      },
      {
        first: {
          '0x2': t('address of the USB request block (URB)', 'USB 请求块（URB）的地址'),
          '0x5': t('address of the endpoint’s data', '端点数据的地址'),
          '0x7': t('address of a file’s name', '文件名的地址'),
          '0x8': t('depends on parameter 2; for 2 a request (IRP)', '含义取决于参数 2；为 2 时是请求（IRP）'),
        },
        otherwise: null,
      },
    ],
  ],
  [
    0x101,
    [
      t('ticks of the clock that were allowed', '时钟中断超时时限（滴答数）'),
      null,
      t('address of the control block of the processor that hangs', '无响应处理器的控制块（PRCB）地址'),
      t('number of the processor that hangs', '无响应处理器的编号'),
    ],
  ],
  [
    0x109,
    [
      null,
      null,
      null,
      {
        what: t('what was changed that must not be', '被非法修改的内容'),
        values: {
          '0x0': t('a data region', '数据区域'),
          '0x1': t('a function of the kernel or of a driver', '内核或驱动的函数代码'),
          '0x2': t('the interrupt table of a processor', '处理器的中断描述符表（IDT）'),
          '0x3': t('the descriptor table of a processor', '处理器的全局描述符表（GDT）'),
          '0x4': t('a list of processes', '进程链表'),
          '0x5': t('a list of processes', '进程链表'),
          '0x6': t('a debug routine', '调试例程'),
          '0x7': t('a register of the processor (MSR)', '处理器的关键寄存器（MSR）'),
          '0x8': t('an object type', '对象类型'),
          '0xa': t('a system service function', '系统服务函数'),
        },
      },
    ],
  ],
  [
    0x10d,
    [
      {
        what: t('what a driver did wrong with the driver framework (WDF)', '驱动违反驱动框架（WDF）的行为'),
        values: {
          '0x1': t('a power operation took too long', '电源操作超时'),
          '0x2': t('a lock was acquired that is already held', '获取了已被持有的锁'),
          '0x3': t('a request was completed while its buffers are still in use', '请求完成时其缓冲区仍被引用'),
          '0x4': t(
            'a required argument was missing; parameter 3 is the address of the caller',
            '必需的参数为空；参数 3 为调用者地址',
          ),
          '0x5': t('a handle of the wrong type was passed', '传入了错误类型的框架对象句柄'),
          '0x6': t('a request was handled in a forbidden way', '处理请求时发生致命错误'),
          '0x7': t('an object was deleted by taking a reference away', '用错误的方式删除框架对象'),
          '0x8': t('a DMA transaction was in the wrong state', 'DMA 事务处于错误状态'),
          '0xa': t('a request in a queue failed fatally', '处理队列中的请求时发生致命错误'),
          '0xb': t('a lock was acquired or released in a forbidden way', '获取或释放锁的方式无效'),
          '0xc': t('a plug and play request came while another one was handled', '处理即插即用请求时又来了新的请求'),
          '0xd': t('a power request came that the driver had not asked for', '收到了未请求的电源 IRP'),
          '0xe': t(
            'a callback returned at another interrupt level than it was called',
            '回调函数返回时的 IRQL 与调用时不同',
          ),
          '0xf': t('a callback returned inside a critical region', '回调函数返回时未离开临界区'),
        },
      },
      {
        first: {
          '0x1': t('address of WDF_POWER_ROUTINE_TIMED_OUT_DATA', 'WDF_POWER_ROUTINE_TIMED_OUT_DATA 的地址'),
          '0x2': null,
          '0x4': null,
          '0xe': irql,
          '0xf': t('address of the callback', '回调函数的地址'),
        },
        otherwise: dependsOnFirst,
      },
      {
        first: { '0x4': t('address of the caller', '调用者的地址'), '0xe': irql },
        otherwise: dependsOnFirst,
      },
      null,
    ],
  ],
  [0x116, displayTimeout],
  [0x117, displayTimeout],
  [
    0x119,
    [
      {
        what: t('what the scheduler of the display found', '显示调度器发现的问题'),
        values: {
          '0x1': t('the display driver reported an invalid fence', '显示驱动报告了无效的 fence 编号'),
          '0x2': t('the display driver failed to submit a command', '显示驱动提交命令失败'),
          '0x3': t('the display driver failed to patch a command buffer', '显示驱动修补命令缓冲区失败'),
          '0x4': t('the display driver reported an invalid capability', '显示驱动报告了无效的翻转能力'),
          '0x5': t('the display driver failed a system or paging command', '显示驱动执行系统或分页命令失败'),
          '0x400': t('a state that cannot be: corrupted memory or bad hardware', '内部状态错误：内存损坏或硬件故障'),
          '0xe00': t('no memory for display requests', '显示请求的预分配内存耗尽'),
          '0x1000': t('a state that cannot be: corrupted memory or bad hardware', '内部状态错误：内存损坏或硬件故障'),
          '0x10000': t('a state that cannot be: corrupted memory or bad hardware', '内部状态错误：内存损坏或硬件故障'),
        },
      },
      null,
      null,
      null,
    ],
  ],
  [0x141, displayTimeout],
  [
    0x124,
    [
      {
        what: t('where the hardware error came from', '硬件错误的来源'),
        values: {
          '0x0': t('machine check exception of the processor', '处理器机器检查异常'),
          '0x1': t('corrected machine check', '已纠正的机器检查'),
          '0x2': t('corrected platform error', '已纠正的平台错误'),
          '0x3': t('non-maskable interrupt', '不可屏蔽中断（NMI）'),
          '0x4': t('PCI Express', 'PCI Express'),
          '0x5': t('another hardware error source', '其他硬件错误来源'),
          '0x6': t('processor initialisation (INIT)', '处理器初始化（INIT）'),
          '0x7': t('boot error record', '启动错误记录'),
          '0x8': t('system control interrupt', '系统控制中断（SCI）'),
          '0x9': t('Itanium corrected machine check', '安腾已纠正的机器检查'),
          '0xa': t('Itanium machine check', '安腾机器检查'),
        },
      },
      t('address of the error record (WHEA_ERROR_RECORD)', '错误记录（WHEA_ERROR_RECORD）的地址'),
      t(
        'upper half of the status of the machine check bank, if it was one',
        '机器检查组状态的高 32 位（若为机器检查）',
      ),
      t(
        'lower half of the status of the machine check bank, if it was one',
        '机器检查组状态的低 32 位（若为机器检查）',
      ),
    ],
  ],
  [
    0x12b,
    [t('address of the corrupted page', '损坏页的虚拟地址'), t('number of the physical page', '物理页号'), null, null],
  ],
  [
    0x133,
    [
      {
        what: t('which watch ran out', '超时的看门狗'),
        values: {
          '0x0': t('one deferred procedure call (DPC) ran too long', '单个延迟过程调用（DPC）运行过久'),
          '0x1': t('the processor spent too long at DISPATCH_LEVEL or above', '处理器在 DISPATCH_LEVEL 或以上停留过久'),
        },
      },
      {
        first: { '0x0': t('time that the call had run, in ticks', '该调用已运行的时间（滴答数）') },
        otherwise: t('time that was allowed, in ticks', '允许的时间（滴答数）'),
      },
      {
        first: { '0x0': t('time that was allowed, in ticks', '允许的时间（滴答数）') },
        otherwise: t('address of nt!DPC_WATCHDOG_GLOBAL_TRIAGE_BLOCK', 'nt!DPC_WATCHDOG_GLOBAL_TRIAGE_BLOCK 的地址'),
      },
      null,
    ],
  ],
  [
    0x139,
    [
      { what: t('what was found corrupted', '检测到的损坏'), as: 'fast-fail' },
      t('address of the trap frame of the exception', '异常的陷阱帧地址'),
      recordAddress,
      null,
    ],
  ],
  [
    0x13a,
    [
      {
        what: t('what is wrong with the heap', '堆的问题'),
        values: {
          '0x3': t('the header of a block is corrupted', '块头已损坏'),
          '0x4': t('the headers of several blocks are corrupted', '多个块头已损坏'),
          '0x5': t('the header of a large block is corrupted', '大块分配的块头已损坏'),
          '0x6': t('looks like a write past the end of a block', '疑似缓冲区上溢（越过块尾写入）'),
          '0x7': t('looks like a write before the beginning of a block', '疑似缓冲区下溢（越过块首写入）'),
          '0x8': t('a free block was used as one in use', '把空闲块当作在用块操作'),
          '0x9': t('an invalid argument', '参数无效'),
          '0xa': t('an invalid kind of allocation', '分配类型无效'),
          '0xb': t('looks like a use after free', '疑似释放后使用'),
          '0xc': t('the wrong heap was named', '指定了错误的堆'),
          '0xd': t('the list of free blocks is corrupted', '空闲链表已损坏'),
          '0xe': t('another list is corrupted', '其他链表已损坏'),
          '0xf': t('a free block was used as one in use', '把空闲块当作在用块操作'),
          '0x10': heapState,
          '0x11': heapState,
          '0x12': heapState,
          '0x13': t('no heap was given', '堆句柄为空'),
          '0x14': t('more was asked for than is allowed', '请求超过当前分配上限'),
          '0x15': t('more was asked for than can be committed', '请求超过当前提交上限'),
          '0x16': t('an invalid question about a block', '对分配的查询无效'),
        },
      },
      t('address of the heap', '报告损坏的堆的地址'),
      t('address where it was found', '发现损坏的地址'),
      null,
    ],
  ],
  [
    0x154,
    [
      t('address of the store of compressed memory', '内存压缩存储上下文的地址'),
      t('address of the exception’s details', '异常信息的地址'),
      null,
      null,
    ],
  ],
  [0x157, [threadAddress, t('priority that was wanted', '目标优先级'), t('what was violated', '违规性质'), null]],
  [
    0x17e,
    [
      t('signature of the processor', '不匹配处理器的 CPUID 签名'),
      t('microcode that was expected', '期望的微码版本'),
      t('microcode that was found', '实际的微码版本'),
      t('number of the processor', '处理器编号'),
    ],
  ],
  [0x192, [threadAddress, t('address of the lock', '锁的地址'), irql, null]],
  [
    0x1c8,
    [
      t('milliseconds for which the power button was held', '电源按钮被按住的毫秒数'),
      t('address of a triage block', '诊断块的地址'),
      null,
      null,
    ],
  ],
  [
    0x1ca,
    [
      t('time since the watchdog was last reset', '距看门狗上次复位的时间'),
      t('time of interrupts now', '当前中断时间'),
      t('performance counter now', '当前性能计数器（QPC）值'),
      t('number of the processor that keeps the clock', '时钟处理器的编号'),
    ],
  ],
  [
    0x1d5,
    [
      t('first characters of the service of the device', '设备服务名的前几个字符'),
      t('address of nt!TRIAGE_PNP_WATCHDOG', 'nt!TRIAGE_PNP_WATCHDOG 的地址'),
      t('thread that is responsible', '责任线程'),
      t('milliseconds since the watch began', '看门狗启动后经过的毫秒数'),
    ],
  ],
  [
    0xc000021a,
    [
      t('address of a text that names the problem', '说明问题的字符串的地址'),
      { what: t('status', '状态码'), as: 'status' },
      null,
      null,
    ],
  ],
]);
