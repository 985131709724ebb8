import type { Text } from './bugcheck-parameters.data.js';

/**
 * What a fast fail (`int 29h`) found broken: parameter 1 of bugcheck 0x139. The numbers are those of the
 * FAST_FAIL_… constants in winnt.h of the Windows SDK.
 */
export const fastFailCodes: ReadonlyMap<number, Text> = new Map([
  [0, { en: 'a stack buffer was overrun (old style security check)', zh: '栈缓冲区溢出（旧式安全检查）' }],
  [1, { en: 'VTGUARD: a virtual function table was corrupted', zh: 'VTGUARD：虚函数表被破坏' }],
  [2, { en: 'STACK_COOKIE: a stack buffer was overrun', zh: 'STACK_COOKIE：栈缓冲区溢出（栈 cookie 不符）' }],
  [
    3,
    {
      en: 'LIST_ENTRY corrupted: the neighbours of a linked list entry do not point back to it, as after a double remove',
      zh: 'LIST_ENTRY：链表项已损坏：相邻项未指回该项，例如重复移除',
    },
  ],
  [4, { en: 'INCORRECT_STACK: a stack pointer lies outside its stack', zh: 'INCORRECT_STACK：栈指针在栈范围之外' }],
  [
    5,
    {
      en: 'INVALID_ARG: an invalid argument was given to a function that cannot tolerate it',
      zh: 'INVALID_ARG：向不容许的函数传入了无效参数',
    },
  ],
  [
    6,
    {
      en: 'GS_COOKIE_INIT: the stack cookie was not initialised as it should be',
      zh: 'GS_COOKIE_INIT：栈 cookie 未正确初始化',
    },
  ],
  [7, { en: 'FATAL_APP_EXIT: the program asked for its own end', zh: 'FATAL_APP_EXIT：程序主动请求终止' }],
  [8, { en: 'RANGE_CHECK_FAILURE: an array index was out of range', zh: 'RANGE_CHECK_FAILURE：数组下标越界' }],
  [
    9,
    {
      en: 'UNSAFE_REGISTRY_ACCESS: the registry was used in an unsafe way',
      zh: 'UNSAFE_REGISTRY_ACCESS：以不安全的方式使用注册表',
    },
  ],
  [
    10,
    {
      en: 'GUARD_ICALL_CHECK_FAILURE: a forbidden indirect call target (control flow guard)',
      zh: 'GUARD_ICALL_CHECK_FAILURE：间接调用目标被禁止（控制流防护）',
    },
  ],
  [
    11,
    {
      en: 'GUARD_WRITE_CHECK_FAILURE: a forbidden write (write guard)',
      zh: 'GUARD_WRITE_CHECK_FAILURE：写入被禁止（写防护）',
    },
  ],
  [12, { en: 'INVALID_FIBER_SWITCH: a switch to an invalid fiber', zh: 'INVALID_FIBER_SWITCH：切换到无效的纤程' }],
  [
    13,
    {
      en: 'INVALID_SET_OF_CONTEXT: an invalid register context was to be set',
      zh: 'INVALID_SET_OF_CONTEXT：试图设置无效的寄存器上下文',
    },
  ],
  [
    14,
    {
      en: 'INVALID_REFERENCE_COUNT: a reference count is wrong, such as an object used after its last release',
      zh: 'INVALID_REFERENCE_COUNT：引用计数错误，例如对象在最后一次释放后仍被使用',
    },
  ],
  [18, { en: 'INVALID_JUMP_BUFFER: a jump buffer is not valid', zh: 'INVALID_JUMP_BUFFER：跳转缓冲区无效' }],
  [
    19,
    { en: 'MRDATA_MODIFIED: read-only data of the loader was changed', zh: 'MRDATA_MODIFIED：加载器的只读数据被修改' },
  ],
  [20, { en: 'CERTIFICATION_FAILURE: a certificate check failed', zh: 'CERTIFICATION_FAILURE：证书检查失败' }],
  [
    21,
    {
      en: 'INVALID_EXCEPTION_CHAIN: the chain of exception handlers is broken',
      zh: 'INVALID_EXCEPTION_CHAIN：异常处理链已损坏',
    },
  ],
  [22, { en: 'CRYPTO_LIBRARY: a cryptographic self test failed', zh: 'CRYPTO_LIBRARY：加密自检失败' }],
  [
    23,
    {
      en: 'INVALID_CALL_IN_DLL_CALLOUT: a forbidden call while a library was being loaded',
      zh: 'INVALID_CALL_IN_DLL_CALLOUT：加载库期间进行了被禁止的调用',
    },
  ],
  [24, { en: 'INVALID_IMAGE_BASE: an image base is not valid', zh: 'INVALID_IMAGE_BASE：映像基址无效' }],
  [
    25,
    {
      en: 'DLOAD_PROTECTION_FAILURE: delay-load protection could not be set',
      zh: 'DLOAD_PROTECTION_FAILURE：无法设置延迟加载保护',
    },
  ],
  [26, { en: 'UNSAFE_EXTENSION_CALL: an unsafe call of an extension', zh: 'UNSAFE_EXTENSION_CALL：不安全的扩展调用' }],
  [
    27,
    {
      en: 'DEPRECATED_SERVICE_INVOKED: a removed service was called',
      zh: 'DEPRECATED_SERVICE_INVOKED：调用了已移除的服务',
    },
  ],
  [
    28,
    { en: 'INVALID_BUFFER_ACCESS: a buffer was used outside its bounds', zh: 'INVALID_BUFFER_ACCESS：越界使用缓冲区' },
  ],
  [29, { en: 'INVALID_BALANCED_TREE: a balanced tree is corrupted', zh: 'INVALID_BALANCED_TREE：平衡树已损坏' }],
  [
    30,
    {
      en: 'INVALID_NEXT_THREAD: the scheduler chose an invalid thread',
      zh: 'INVALID_NEXT_THREAD：调度器选择了无效的线程',
    },
  ],
  [
    31,
    {
      en: 'GUARD_ICALL_CHECK_SUPPRESSED: an indirect call to a suppressed target',
      zh: 'GUARD_ICALL_CHECK_SUPPRESSED：间接调用了被抑制的目标',
    },
  ],
  [
    32,
    {
      en: 'APCS_DISABLED: code ran with APCs disabled where that is forbidden',
      zh: 'APCS_DISABLED：在禁止时禁用了 APC',
    },
  ],
  [33, { en: 'INVALID_IDLE_STATE: an idle state is not valid', zh: 'INVALID_IDLE_STATE：空闲状态无效' }],
  [
    34,
    {
      en: 'MRDATA_PROTECTION_FAILURE: read-only data of the loader could not be protected',
      zh: 'MRDATA_PROTECTION_FAILURE：无法保护加载器的只读数据',
    },
  ],
  [
    35,
    {
      en: 'UNEXPECTED_HEAP_EXCEPTION: an exception inside the heap',
      zh: 'UNEXPECTED_HEAP_EXCEPTION：堆内部发生意外异常',
    },
  ],
  [
    36,
    { en: 'INVALID_LOCK_STATE: a lock is in a state that cannot be', zh: 'INVALID_LOCK_STATE：锁处于不应出现的状态' },
  ],
  [37, { en: 'GUARD_JUMPTABLE: a jump table was corrupted', zh: 'GUARD_JUMPTABLE：跳转表被破坏' }],
  [
    38,
    {
      en: 'INVALID_LONGJUMP_TARGET: a long jump to a forbidden target',
      zh: 'INVALID_LONGJUMP_TARGET：长跳转到被禁止的目标',
    },
  ],
  [
    39,
    {
      en: 'INVALID_DISPATCH_CONTEXT: an exception dispatch context is not valid',
      zh: 'INVALID_DISPATCH_CONTEXT：异常分发上下文无效',
    },
  ],
  [40, { en: 'INVALID_THREAD: a thread is not valid', zh: 'INVALID_THREAD：线程无效' }],
  [
    41,
    { en: 'INVALID_SYSCALL_NUMBER: a system call number is not valid', zh: 'INVALID_SYSCALL_NUMBER：系统调用号无效' },
  ],
  [42, { en: 'INVALID_FILE_OPERATION: a file operation is not valid', zh: 'INVALID_FILE_OPERATION：文件操作无效' }],
  [
    43,
    {
      en: 'LPAC_ACCESS_DENIED: access denied to a less privileged app container',
      zh: 'LPAC_ACCESS_DENIED：低特权应用容器访问被拒绝',
    },
  ],
  [
    44,
    {
      en: 'GUARD_SS_FAILURE: a return address was changed (shadow stack)',
      zh: 'GUARD_SS_FAILURE：返回地址被修改（影子栈）',
    },
  ],
  [
    48,
    {
      en: 'LOADER_CONTINUITY_FAILURE: an unsigned library was to be loaded',
      zh: 'LOADER_CONTINUITY_FAILURE：试图加载未签名的库',
    },
  ],
  [64, { en: 'HEAP_METADATA_CORRUPTION: the heap is corrupted', zh: 'HEAP_METADATA_CORRUPTION：堆已损坏' }],
]);
