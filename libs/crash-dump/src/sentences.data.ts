import { unreadableSentences } from './unreadable-sentences.data.js';

/**
 * Sentences that results are made of, each once for making it (`en`) and for saying it to Chinese readers (`zh`). Values
 * stand between braces. Two sentences must differ in more than their values, or one could be taken for the other.
 */
export const sentences = {
  ...unreadableSentences,
  // Completeness
  'ends-in-header': {
    en: 'the file ends inside its header of {size} bytes',
    zh: '文件在 {size} 字节的文件头之内就结束了',
  },
  'some-bytes-are-there': {
    en: '{found} of {expected} bytes are there ({because})',
    zh: '应有 {expected} 字节，实有 {found} 字节（{because}）',
  },
  'all-bytes-are-there': {
    en: 'all {expected} bytes are there ({because})',
    zh: '{expected} 字节全部在文件中（{because}）',
  },
  'all-bytes-and-mark-are-there': {
    en: 'all {expected} bytes are there ({because}; closed by TRGD)',
    zh: '{expected} 字节全部在文件中（{because}；以 TRGD 标记结尾）',
  },
  'no-room-to-write': {
    en: 'Windows noted that it had no room to write the whole dump',
    zh: 'Windows 记录了空间不足，未能写完整个转储',
  },
  'header-is-all': { en: 'the header is all of it', zh: '此类转储只有文件头' },
  'size-untold': {
    en: 'dumps of this type do not tell how large they should be',
    zh: '此类转储不说明自身应有的大小',
  },
  'memory-untold': {
    en: 'the header does not tell how much memory was dumped',
    zh: '文件头没有说明转储了多少内存',
  },
  'too-many-pages': {
    en: 'the header tells of {pages} pages, more than any machine has',
    zh: '文件头声称有 {pages} 页，超过任何机器的内存',
  },
  'runs-disagree': {
    en: 'the header tells of {pages} pages, but its {runs} runs of memory hold another number',
    zh: '文件头声称有 {pages} 页，但其 {runs} 段内存的页数之和与此不符',
  },
  'header-and-pages': { en: 'a header and {pages} pages of memory', zh: '文件头和 {pages} 页内存' },
  'headers-and-pages': { en: 'headers and {pages} pages of memory', zh: '两个文件头和 {pages} 页内存' },
  'map-missing': {
    en: 'the map of its pages (SDMP or FDMP) is not where it should be',
    zh: '页面位图（SDMP 或 FDMP）不在应在的位置',
  },
  'map-cut': { en: 'the map of its pages is cut short or damaged', zh: '页面位图被截断或已损坏' },
  'map-senseless': {
    en: 'the map of its pages makes no sense: {pages} of {bits} pages from byte {first}',
    zh: '页面位图不合理：从第 {first} 字节起，{bits} 页中有 {pages} 页',
  },
  'triage-header-cut': { en: 'its triage header is cut short or damaged', zh: '其小转储头被截断或已损坏' },
  'triage-size': { en: 'the size in its triage header', zh: '其小转储头中的大小' },
  'mark-out-of-reach': { en: 'its closing mark cannot be reached', zh: '无法读到其结尾标记' },
  'mark-missing': {
    en: 'its closing mark TRGD is not where it should be',
    zh: '其结尾标记 TRGD 不在应在的位置',
  },
  'too-many-streams': {
    en: 'its header claims {claimed} streams, more than {most} are not believed',
    zh: '文件头声称有 {claimed} 个流，超过 {most} 个即不可信',
  },
  'bytes-missing': { en: '{found} of {expected} bytes are there', zh: '应有 {expected} 字节，实有 {found} 字节' },
  'memory-list-damaged': {
    en: 'its list of memory is damaged or cannot be reached',
    zh: '其内存列表已损坏或无法读到',
  },
  'no-streams': { en: 'it holds no streams', zh: '文件中没有任何流' },
  'streams-and-memory-are-there': {
    en: 'all {expected} bytes of its {streams} streams and their memory are there',
    zh: '{streams} 个流及其内存共 {expected} 字节全部在文件中',
  },
  // Flaws
  'fields-unwritten': {
    en: 'Windows never wrote these fields of its header: {fields}',
    zh: 'Windows 从未写入其文件头中的这些字段：{fields}',
  },
  'writer-status': {
    en: 'Windows noted the status {status} while it wrote the dump',
    zh: 'Windows 写转储时记录了状态 {status}',
  },
  'memory-encrypted': {
    en: 'its memory is encrypted; only its header can be read',
    zh: '其内存已加密，只能读取文件头',
  },
  'pages-disagree': {
    en: 'its header counts {counted} pages, its list holds {listed}',
    zh: '其文件头计数 {counted} 页，页面列表中有 {listed} 页',
  },
  'listed-pages': { en: 'headers and the {pages} pages of its list', zh: '文件头和列表中的 {pages} 页' },
  'bytes-after-blobs': {
    en: '{bytes} bytes follow the last of {entries} entries of the data after the dump',
    zh: '转储之后的附加数据共 {entries} 项，最后一项之后还有 {bytes} 字节',
  },
  // Culprit: what speaks for a module, and what should be known of it
  'crashed-inside': { en: 'it crashed inside it, at {place}', zh: '崩溃发生在该模块内部，位置 {place}' },
  'crash-in-unloaded': {
    en: 'the crash lies at {address}, where it was loaded before (+{offset}); it left something behind when it was unloaded',
    zh: '崩溃位于 {address}，该驱动卸载前曾加载于此处（+{offset}）；卸载时遗留了未清理的内容',
  },
  'reach-into-unloaded': {
    en: 'the address that could not be reached lies at {address}, where it was loaded before (+{offset}); it left something behind when it was unloaded',
    zh: '无法访问的地址 {address} 位于该驱动卸载前加载的位置（+{offset}）；卸载时遗留了未清理的内容',
  },
  'ran-when-watch-ran-out': {
    en: 'its code was running when the watchdog’s time ran out, at {place}',
    zh: '看门狗超时的时候正在运行它的代码，位置 {place}',
  },
  'first-of-another-company': {
    en: 'it is the first module on the stack that is not of Microsoft (frame {index}, {trust})',
    zh: '它是调用栈上第一个非微软模块（第 {index} 帧，{trust}）',
  },
  'first-beside-kernel': {
    en: 'it is the first driver on the stack beside the kernel (frame {index}, {trust})',
    zh: '它是调用栈上除内核之外的第一个驱动（第 {index} 帧，{trust}）',
  },
  'called-verifier': {
    en: 'Driver Verifier stopped the system in a call that it made (frame {index}, {trust})',
    zh: '驱动程序验证器在它发起的调用中停止了系统（第 {index} 帧，{trust}）',
  },
  'verifier-watches': {
    en: 'it is one of the drivers that Driver Verifier was told to watch',
    zh: '它是驱动程序验证器所监视的驱动之一',
  },
  'holds-request': {
    en: 'the request {irp} ({from}) is held by {driver}: location {location} of {count} is the current one, {asks} to device {device}',
    zh: '请求 {irp}（{from}）停留在 {driver}：当前位置为 {count} 个中的第 {location} 个，{asks}，发往设备 {device}',
  },
  'owns-device': {
    en: 'the device {device} ({from}) belongs to its driver object {driver}; the device is {instance}',
    zh: '设备 {device}（{from}）属于它的驱动对象 {driver}；该设备为 {instance}',
  },
  'in-device-stack': {
    en: 'its device {device} ({driver}) stands in the stack of the device {instance} ({from})',
    zh: '它的设备 {device}（{driver}）位于设备 {instance} 的设备栈中（{from}）',
  },
  'is-driver-object': {
    en: 'the bugcheck names its driver object {driver} at {address} ({from})',
    zh: '停止代码指明了它的驱动对象 {driver}，地址 {address}（{from}）',
  },
  'pointed-into': {
    en: '{from} of the bugcheck, {address}, points into it',
    zh: '停止代码的 {from}（{address}）指向该模块内部',
  },
  'named-by': { en: '{from} of the bugcheck names it: “{name}”', zh: '停止代码的 {from} 点名了它：“{name}”' },
  'owns-pool-tag': {
    en: 'the memory at {address} ({from}) has its pool tag “{tag}”',
    zh: '位于 {address} 的内存（{from}）带有它的池标记“{tag}”',
  },
  'on-named-thread': {
    en: 'it is the first module of another company on the stack of the thread {thread} ({from}; frame {index}, {trust})',
    zh: '它是线程 {thread}（{from}）调用栈上第一个其他公司的模块（第 {index} 帧，{trust}）',
  },
  'fills-stack': {
    en: 'the kernel stack is used up ({used} of {size} bytes), and {own} of its {all} frames are its own',
    zh: '内核栈已用尽（{size} 字节中已用 {used} 字节），其 {all} 帧中有 {own} 帧属于它',
  },
  'noted-by-windows': { en: 'Windows itself noted {name} as broken', zh: 'Windows 自身记录 {name} 出错' },
  'of-company': { en: 'it is of {company}', zh: '它属于 {company}' },
  'of-company-as': { en: 'it is of {company} ({description})', zh: '它属于 {company}（{description}）' },
  'known-from-earlier': {
    en: 'its version and company are told as an earlier dump with the same build of it told them',
    zh: '其版本和公司取自含有同一构建的较早转储',
  },
  'no-other-company': {
    en: 'no module of another company is on the stack',
    zh: '调用栈上没有其他公司的模块',
  },
  'part-of-windows': {
    en: 'it is a part of Windows: look for an update of it first',
    zh: '它是 Windows 的组成部分：请先查找它的更新',
  },
  'crash-lies-in': { en: 'the crash itself lies in {module}, at {place}', zh: '崩溃本身位于 {module}，位置 {place}' },
  'trust-exact': { en: 'exact', zh: '准确' },
  'trust-chained': { en: 'found after a scanned one', zh: '在扫描所得的帧之后' },
  'trust-frame-pointer': { en: 'found by frame pointers', zh: '由帧指针得到' },
  'trust-scan': { en: 'only scanned', zh: '仅为扫描所得' },
  'broken-before': {
    en: 'something was found broken here: who finds it need not be who broke it',
    zh: '此处只是发现了损坏：发现者未必就是造成损坏者',
  },
  // How an object was reached
  'by-parameter': { en: 'parameter {number}', zh: '参数 {number}' },
  'by-driver': { en: 'driver of {address}', zh: '{address} 的驱动' },
  'by-above': { en: 'above {address}', zh: '在 {address} 之上' },
  'by-below': { en: 'below {address}', zh: '在 {address} 之下' },
  'by-location': { en: 'location {index} of {address}', zh: '{address} 的第 {index} 个位置' },
  'by-request': { en: 'request of {from}', zh: '{from} 的请求' },
  'by-block-after': { en: 'the block before {address}', zh: '{address} 之前的块' },
  // Culprit: why nobody is named
  'hardware-itself': {
    en: 'this bugcheck tells of the hardware itself; no driver is named for it',
    zh: '此停止代码说明的是硬件本身的问题，不归咎于任何驱动',
  },
  'processor-hangs': {
    en: 'processor {processor} does not answer, and this is the stack of the one that noticed; no driver can be named from it',
    zh: '处理器 {processor} 没有响应，而这是发现者的调用栈；无法据此指出驱动',
  },
  'page-not-read': {
    en: 'a page could not be read back from disk ({status}): look at disk, cable and controller; no driver is named for it',
    zh: '无法从磁盘读回内存页（{status}）：请检查磁盘、线缆和控制器；不归咎于任何驱动',
  },
  'process-ended': {
    en: 'the process {process} ended, which Windows cannot live without; no driver of another company was on the way',
    zh: 'Windows 不可缺少的进程 {process} 结束了；调用路径上没有其他公司的驱动',
  },
  'no-stack': { en: 'the call stack is not in the dump', zh: '转储中没有调用栈' },
  'only-kernel': { en: 'only the kernel itself is on the stack', zh: '调用栈上只有内核自身' },
  // Where the registers of the crash were found
  'address-of-parameter': {
    en: 'parameter {parameter}; its registers are not in the dump',
    zh: '参数 {parameter}；转储中没有当时的寄存器',
  },
  'context-of-parameter': { en: 'context record of parameter {parameter}', zh: '参数 {parameter} 所指的上下文记录' },
  'trap-frame-of-parameter': { en: 'trap frame of parameter {parameter}', zh: '参数 {parameter} 所指的陷阱帧' },
  'context-of-header': { en: 'context of the header', zh: '文件头中的上下文' },
  'trap-frame-on-stack': {
    en: 'trap frame on the stack whose instruction is that of the bugcheck',
    zh: '栈上的陷阱帧，其指令地址与停止代码参数一致',
  },
  'interrupted-on-stack': {
    en: 'first trap frame on the stack, of code that was interrupted',
    zh: '栈上第一个陷阱帧，即被中断的代码',
  },
  'interrupted-code': {
    en: 'the code that was interrupted, by the walk of the stack',
    zh: '被中断的代码，由栈回溯得出',
  },
  'context-of-exception': { en: 'context of the exception', zh: '异常的上下文' },
  'exception-alone': { en: 'exception; its registers are not in the dump', zh: '异常；转储中没有当时的寄存器' },

  // What could not be read
  'layout-unknown': {
    en: 'how memory of {machine} is laid out is not known here',
    zh: '本程序不了解 {machine} 的内存布局',
  },
  'no-debugger-data': {
    en: 'the kernel’s debugger data (KDBG) is not in the dump, or is encoded',
    zh: '转储中没有内核调试数据（KDBG），或已编码',
  },
  'triage-header-short': {
    en: 'its triage header is cut short: {found} of {expected} bytes',
    zh: '其小转储头被截断：应有 {expected} 字节，实有 {found} 字节',
  },
  'drivers-missing': {
    en: 'its list of drivers tells of {claimed}, {read} could be read',
    zh: '其驱动列表声称有 {claimed} 个，读到 {read} 个',
  },
  'blocks-missing': {
    en: 'its list of memory tells of {claimed} blocks, {read} were read',
    zh: '其内存列表声称有 {claimed} 块，读到 {read} 块',
  },
  'modules-missing': {
    en: 'its list of modules tells of {claimed}, {read} could be read',
    zh: '其模块列表声称有 {claimed} 个，读到 {read} 个',
  },
  'threads-missing': {
    en: 'its list of threads tells of {claimed}, {read} could be read',
    zh: '其线程列表声称有 {claimed} 个，读到 {read} 个',
  },
  'names-missing': {
    en: 'its list of names tells of {claimed}, {read} could be read',
    zh: '其名称列表声称有 {claimed} 个，读到 {read} 个',
  },
  'unloaded-missing': {
    en: 'its list of unloaded modules tells of {claimed}, {read} could be read',
    zh: '其已卸载模块列表声称有 {claimed} 个，读到 {read} 个',
  },
  'ranges-unread': {
    en: 'its list of memory ranges tells of {claimed}, {read} could be read',
    zh: '其内存段列表声称有 {claimed} 段，读到 {read} 段',
  },
  'ranges-missing': {
    en: 'its list of memory tells of {claimed} ranges, not all could be read',
    zh: '其内存列表声称有 {claimed} 段，未能全部读到',
  },
  'no-pages': { en: 'dumps of this type hold no pages of memory', zh: '此类转储不含内存页' },
  'runs-untold': { en: 'the header does not tell where its pages belong', zh: '文件头没有说明各页属于何处' },
  'run-senseless': {
    en: 'run {run} of {count} of memory makes no sense',
    zh: '内存共 {count} 段，其中第 {run} 段不合理',
  },
  'page-list-missing': {
    en: 'the list of its pages (RDMP) is not where it should be',
    zh: '页面列表（RDMP）不在应在的位置',
  },
  'page-list-empty': { en: 'the list of its pages is empty', zh: '页面列表为空' },
  'page-list-senseless': { en: 'the list of its pages makes no sense', zh: '页面列表不合理' },
  'map-too-large': {
    en: 'the map of its pages is cut short or larger than is believed',
    zh: '页面位图被截断，或大到不可信',
  },
  'module-list-breaks-off': {
    en: 'the list of loaded modules breaks off after {read} modules ({why}); {more} more were found from its other end',
    zh: '已加载模块列表在 {read} 个模块之后中断（{why}）；从另一端又找到 {more} 个',
  },
  'entries-senseless': { en: '{count} entries of the list make no sense', zh: '列表中有 {count} 项不合理' },
  'extra-data-cut': {
    en: 'the data that follows the dump is cut short or damaged after {entries} entries',
    zh: '转储之后的附加数据在 {entries} 项之后被截断或已损坏',
  },
  'entry-not-in-dump': { en: 'the entry at {address} is not in the dump', zh: '位于 {address} 的项不在转储中' },
  'entry-no-address': {
    en: 'the entry points to {address}, which is no address',
    zh: '该项指向 {address}，不是有效地址',
  },
  'list-turns-back': { en: 'it turns back into itself', zh: '列表绕回自身' },
  'entry-not-back': { en: 'the entry at {address} does not point back', zh: '位于 {address} 的项没有指回' },
  'too-many-modules': { en: 'more than {most} modules', zh: '超过 {most} 个模块' },
  'page-tables-untold': {
    en: 'the header does not tell where the page tables are',
    zh: '文件头没有说明页表的位置',
  },
  'list-not-in-dump': {
    en: 'the list of loaded modules at {address} cannot be read: its page, or a page table to it, is not in the dump',
    zh: '无法读取位于 {address} 的已加载模块列表：其所在页或通向它的页表不在转储中',
  },
  'list-paged-out': {
    en: 'the list of loaded modules at {address} cannot be read: its page, or a page table to it, is paged out',
    zh: '无法读取位于 {address} 的已加载模块列表：其所在页或通向它的页表已换出',
  },
  'list-not-mapped': {
    en: 'the list of loaded modules at {address} cannot be read: its page, or a page table to it, is not mapped',
    zh: '无法读取位于 {address} 的已加载模块列表：其所在页或通向它的页表未映射',
  },
  'releases-of-windows': { en: 'Windows {first} to {last}', zh: 'Windows {first} 至 {last}' },
  'machine-unknown': { en: 'unknown', zh: '未知' },
  'machine-of-code': { en: 'unknown ({code})', zh: '未知（{code}）' },
  // Data that drivers add to a dump
  'blob-smbios': { en: 'SMBIOS tables', zh: 'SMBIOS 表' },
  'blob-registry': { en: 'processor and BIOS values of the registry', zh: '注册表中的处理器与 BIOS 信息' },
  'blob-acpi': { en: 'ACPI tables', zh: 'ACPI 表' },
  'blob-processor': { en: 'processor identification', zh: '处理器标识' },
  'blob-boot': { en: 'status of the boot', zh: '启动状态' },
  'blob-ntfs': { en: 'notes of NTFS', zh: 'NTFS 的记录' },
  'blob-plug-and-play': { en: 'notes of plug and play', zh: '即插即用的记录' },
  'blob-winlogon': { en: 'notes of winlogon', zh: 'winlogon 的记录' },
  'blob-code-integrity': { en: 'code integrity', zh: '代码完整性' },
  'blob-pci': { en: 'PCI configuration', zh: 'PCI 配置' },
  'blob-framework-log': { en: 'log of a driver framework (KMDF)', zh: '驱动框架（KMDF）日志' },
  'blob-framework': { en: 'the driver framework (KMDF)', zh: '驱动框架（KMDF）' },
  'blob-storage': { en: 'storage ports (StorPort)', zh: '存储端口（StorPort）' },
  'blob-display-timeouts': { en: 'display timeouts (TDR)', zh: '显示超时（TDR）' },
  'blob-dump-driver': { en: 'the crash dump driver', zh: '崩溃转储驱动' },
  'blob-triage-blocks': { en: 'list of triage blocks', zh: '小转储的数据块列表' },
  'blob-trace': { en: 'trace buffers (ETW)', zh: '跟踪缓冲区（ETW）' },
  'blob-secure-kernel': { en: 'the secure kernel', zh: '安全内核' },
  'blob-secure-mode': { en: 'virtual secure mode', zh: '虚拟安全模式' },
  'blob-nvidia': { en: 'the display driver of NVIDIA', zh: 'NVIDIA 显示驱动' },
  // What Driver Verifier checks
  'verifier-special-pool': { en: 'special pool', zh: '特殊池' },
  'verifier-irql': { en: 'force IRQL checking', zh: '强制 IRQL 检查' },
  'verifier-random-low-resources': { en: 'randomized low resources simulation', zh: '随机低资源模拟' },
  'verifier-pool-tracking': { en: 'pool tracking', zh: '池跟踪' },
  'verifier-io': { en: 'I/O verification', zh: 'I/O 验证' },
  'verifier-deadlock': { en: 'deadlock detection', zh: '死锁检测' },
  'verifier-dma': { en: 'DMA checking', zh: 'DMA 检查' },
  'verifier-security': { en: 'security checks', zh: '安全检查' },
  'verifier-pending': { en: 'force pending I/O requests', zh: '强制挂起 I/O 请求' },
  'verifier-irp-logging': { en: 'IRP logging', zh: 'IRP 日志记录' },
  'verifier-miscellaneous': { en: 'miscellaneous checks', zh: '杂项检查' },
  'verifier-mdl-stack': { en: 'invariant MDL checking for stack', zh: '堆栈的固定 MDL 检查' },
  'verifier-mdl-driver': { en: 'invariant MDL checking for driver', zh: '驱动程序的固定 MDL 检查' },
  'verifier-power-delay': { en: 'power framework delay fuzzing', zh: '电源框架延迟模糊测试' },
  'verifier-port': { en: 'port/miniport interface checking', zh: '端口/微型端口接口检查' },
  'verifier-ddi': { en: 'DDI compliance checking', zh: 'DDI 符合性检查' },
  'verifier-low-resources': { en: 'systematic low resources simulation', zh: '系统性低资源模拟' },
  'verifier-ddi-additional': { en: 'DDI compliance checking (additional)', zh: 'DDI 符合性检查（附加）' },
  'verifier-network': { en: 'NDIS/WIFI verification', zh: 'NDIS/WIFI 验证' },
  'verifier-synchronization-delay': { en: 'kernel synchronization delay fuzzing', zh: '内核同步延迟模糊测试' },
  'verifier-vm-switch': { en: 'VM switch verification', zh: 'VM 交换机验证' },
  'verifier-code-integrity': { en: 'code integrity checks', zh: '代码完整性检查' },
} as const satisfies Record<string, { en: string; zh: string }>;

/** The name of a sentence. */
export type SentenceId = keyof typeof sentences;
