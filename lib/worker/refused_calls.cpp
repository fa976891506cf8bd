// SPDX-License-Identifier: Apache-2.0
#include "worker/refused_calls.hpp"

#include <sys/syscall.h>

#include <array>

namespace inferpool::worker {
namespace {

// A call in an #ifdef does not exist on every processor. A call that older headers do not name has
// its number.
constexpr auto kRefused = std::to_array<std::uint32_t>({
// Contents of a file system: names, sizes, owners, rights, times, attributes.
#ifdef __NR_creat
    __NR_creat,
#endif
#ifdef __NR_link
    __NR_link,
#endif
    __NR_linkat,
#ifdef __NR_symlink
    __NR_symlink,
#endif
    __NR_symlinkat,
#ifdef __NR_unlink
    __NR_unlink,
#endif
    __NR_unlinkat,
#ifdef __NR_rename
    __NR_rename,
#endif
#ifdef __NR_renameat
    __NR_renameat,
#endif
    __NR_renameat2,
#ifdef __NR_mkdir
    __NR_mkdir,
#endif
    __NR_mkdirat,
#ifdef __NR_rmdir
    __NR_rmdir,
#endif
#ifdef __NR_mknod
    __NR_mknod,
#endif
    __NR_mknodat,
    __NR_truncate,
#ifdef __NR_chmod
    __NR_chmod,
#endif
    __NR_fchmod,
    __NR_fchmodat,
    452,  // fchmodat2
#ifdef __NR_chown
    __NR_chown,
#endif
#ifdef __NR_lchown
    __NR_lchown,
#endif
    __NR_fchown,
    __NR_fchownat,
#ifdef __NR_utime
    __NR_utime,
#endif
#ifdef __NR_utimes
    __NR_utimes,
#endif
#ifdef __NR_futimesat
    __NR_futimesat,
#endif
    __NR_utimensat,
    __NR_setxattr,
    __NR_lsetxattr,
    __NR_fsetxattr,
    __NR_removexattr,
    __NR_lremovexattr,
    __NR_fremovexattr,
    __NR_open_by_handle_at,
    __NR_sync,
    __NR_syncfs,
    __NR_swapon,
    __NR_swapoff,
    __NR_quotactl,
    443,  // quotactl_fd
    __NR_acct,
    // Mounts and namespaces.
    __NR_mount,
    __NR_umount2,
    __NR_pivot_root,
    __NR_chroot,
    __NR_move_mount,
    __NR_open_tree,
    __NR_fsopen,
    __NR_fsconfig,
    __NR_fsmount,
    __NR_fspick,
    __NR_mount_setattr,
    __NR_unshare,
    __NR_setns,
    // Other machines, and sockets of other processes on this one.
    __NR_socket,
    __NR_connect,
    __NR_bind,
    __NR_listen,
    __NR_accept,
    __NR_accept4,
    // A socket, even one of a pair, passes descriptors on with these, and descriptors under way
    // count against the limit of the user. A filter cannot see them behind the pointer. write, send
    // and writev still work.
    __NR_sendmsg,
    __NR_sendmmsg,
// Resources with one limit for all processes of the user or of the machine.
#ifdef __NR_inotify_init
    __NR_inotify_init,
#endif
    __NR_inotify_init1,
    __NR_inotify_add_watch,
    __NR_fanotify_init,
    __NR_fanotify_mark,
    __NR_io_setup,
    // Other processes: their memory, descriptors, signals, and messages to them.
    __NR_ptrace,
    __NR_process_vm_readv,
    __NR_process_vm_writev,
    __NR_process_madvise,
    448,  // process_mrelease
    __NR_kcmp,
    __NR_pidfd_open,
    __NR_pidfd_getfd,
    __NR_pidfd_send_signal,
    __NR_tkill,
    __NR_setpgid,
    __NR_setsid,
    __NR_sched_setattr,
    __NR_ioprio_set,
    __NR_shmget,
    __NR_shmat,
    __NR_shmctl,
    __NR_msgget,
    __NR_msgsnd,
    __NR_msgrcv,
    __NR_msgctl,
    __NR_semget,
    __NR_semop,
    __NR_semtimedop,
    __NR_semctl,
    __NR_mq_open,
    __NR_mq_unlink,
// New processes and programs.
#ifdef __NR_fork
    __NR_fork,
#endif
#ifdef __NR_vfork
    __NR_vfork,
#endif
    __NR_execve,
    __NR_execveat,
    // Ways round a filter, and parts of the kernel that no model needs.
    __NR_io_uring_setup,
    __NR_io_uring_enter,
    __NR_io_uring_register,
    __NR_bpf,
    __NR_perf_event_open,
    __NR_userfaultfd,
    __NR_add_key,
    __NR_request_key,
    __NR_keyctl,
    // The machine as a whole, if the host is root.
    __NR_init_module,
    __NR_finit_module,
    __NR_delete_module,
    __NR_kexec_load,
    __NR_kexec_file_load,
    __NR_reboot,
    __NR_sethostname,
    __NR_setdomainname,
    __NR_settimeofday,
    __NR_clock_settime,
    __NR_adjtimex,
    __NR_clock_adjtime,
    __NR_syslog,
    __NR_vhangup,
#ifdef __NR_iopl
    __NR_iopl,
#endif
#ifdef __NR_ioperm
    __NR_ioperm,
#endif
#ifdef __NR_modify_ldt
    __NR_modify_ldt,
#endif
});

}  // namespace

std::span<const std::uint32_t> refused_calls() noexcept { return kRefused; }

}  // namespace inferpool::worker
