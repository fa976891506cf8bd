// SPDX-License-Identifier: Apache-2.0
#include "worker/call_rules.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <array>

namespace inferpool::worker {
namespace {

constexpr std::array kZero{0U};

constexpr std::uint32_t kWriting = O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY);
#ifdef __NR_open
constexpr std::array kOpen{Condition{.argument = 1, .values = kZero, .bits = kWriting}};
#endif
constexpr std::array kOpenat{Condition{.argument = 2, .values = kZero, .bits = kWriting}};

// Locks are left out, because they can block another process that locks the same file. So are
// leases, owners, signals and notifications, which reach other processes, and the size of a pipe,
// which counts against the limit of the user.
constexpr auto kCommands = std::to_array<std::uint32_t>(
    {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_GETOWN, F_GETSIG,
     F_GETLEASE, F_GETPIPE_SZ, F_ADD_SEALS, F_GET_SEALS, F_GET_RW_HINT, F_GET_FILE_RW_HINT,
     16 /* F_GETOWN_EX */, 36 /* F_OFD_GETLK */, 1027 /* F_DUPFD_QUERY */});
constexpr std::array kFcntl{Condition{.argument = 1, .values = kCommands}};

constexpr std::array kToItself{Condition{.argument = 0, .self = true}};
constexpr Condition kItself{.argument = 0, .values = kZero, .self = true};
constexpr std::array kOfItself{kItself};

constexpr std::uint32_t kNewNamespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |
                                         CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
constexpr std::array<std::uint32_t, 1> kThread{CLONE_THREAD};
constexpr std::array kClone{
    Condition{.argument = 0, .values = kThread, .bits = CLONE_THREAD | kNewNamespaces}};

// The worker must not get ahead of other processes, such as its host.
constexpr auto kPolicies = std::to_array<std::uint32_t>({SCHED_OTHER, SCHED_BATCH, SCHED_IDLE});
constexpr std::array kScheduler{
    kItself, Condition{.argument = 1, .values = kPolicies, .bits = ~std::uint32_t{0x40000000}}};
constexpr std::array kNiceness{0U,  1U,  2U,  3U,  4U,  5U,  6U,  7U,  8U,  9U,
                               10U, 11U, 12U, 13U, 14U, 15U, 16U, 17U, 18U, 19U};
constexpr std::array kPriority{Condition{.argument = 0, .values = kZero},
                               Condition{.argument = 1, .values = kZero, .self = true},
                               Condition{.argument = 2, .values = kNiceness}};

// No pairs of datagram sockets: they could send to any address.
constexpr std::array<std::uint32_t, 1> kLocal{AF_UNIX};
constexpr std::array<std::uint32_t, 2> kConnected{SOCK_STREAM, SOCK_SEQPACKET};
constexpr std::array kSocketpair{
    Condition{.argument = 0, .values = kLocal},
    Condition{.argument = 1, .values = kConnected, .bits = 0xf /* the type, no flags */}};
// Only to the other end: the address has no length.
constexpr std::array kSendto{Condition{.argument = 5, .values = kZero}};
constexpr std::array<std::uint32_t, 1> kOfSockets{SOL_SOCKET};
constexpr auto kSocketOptions =
    std::to_array<std::uint32_t>({SO_SNDBUF, SO_RCVBUF, SO_RCVLOWAT, SO_LINGER, SO_KEEPALIVE,
                                  SO_REUSEADDR, 20 /* SO_RCVTIMEO */, 21 /* SO_SNDTIMEO */});
constexpr std::array kSetsockopt{Condition{.argument = 1, .values = kOfSockets},
                                 Condition{.argument = 2, .values = kSocketOptions}};

constexpr std::array kAsk{~std::uint32_t{0}};
constexpr std::array kPersonality{Condition{.argument = 0, .values = kAsk}};

constexpr auto kRules = std::to_array<CallRule>({
#ifdef __NR_open
    {__NR_open, kOpen},
#endif
    {__NR_openat, kOpenat},
    {__NR_fcntl, kFcntl},
    // The worker may still have signals, limits, priorities and threads of its own.
    {__NR_kill, kToItself},
    {__NR_tgkill, kToItself},
    {__NR_rt_sigqueueinfo, kToItself},
    {__NR_rt_tgsigqueueinfo, kToItself},
    {__NR_prlimit64, kOfItself},
    {__NR_clone, kClone},
    {__NR_sched_setaffinity, kOfItself},
    {__NR_sched_setparam, kOfItself},
    {__NR_sched_setscheduler, kScheduler},
    {__NR_setpriority, kPriority},
    {__NR_migrate_pages, kOfItself},
    {__NR_move_pages, kOfItself},
    {__NR_personality, kPersonality},
    {__NR_socketpair, kSocketpair},
    {__NR_sendto, kSendto},
    {__NR_setsockopt, kSetsockopt},
});

// What printing, reading and waiting need.
constexpr auto kControls = std::to_array<std::uint32_t>(
    {TCGETS, 0x802C542A /* TCGETS2 */, TIOCGWINSZ, TIOCGPGRP, TIOCOUTQ, FIONREAD, FIONBIO, FIOCLEX,
     FIONCLEX, FIOQSIZE,
     // NVIDIA's unified memory begins and ends with these. Its other controls are one-byte numbers.
     0x30000001, 0x30000002});

// NVIDIA's unified memory has the kind 0. Other controls of that kind change nothing without the
// rights of root. The kinds of frame buffers ('F') and of the console's keyboard ('K') have plain
// numbers.
constexpr auto kDriverKinds = std::to_array<DriverKind>({
    {0x00, false},  // nvidia-uvm
    {'F', true},    // nvidia
    {'K', true},    // AMD's kfd
    {'d', false},   // drm, and accelerators beside it
    {'b', true},    // buffers that drivers share,
    {'>', true},    // and their fences
    {0xDC, false},  // gasket: Edge TPU
    {0xFA, false},  // Tenstorrent
});

// With these a worker could outlive its host, or take processors away from others.
constexpr auto kOptions =
    std::to_array<std::uint32_t>({PR_SET_PDEATHSIG, PR_SET_MM, 62 /* PR_SCHED_CORE */});

}  // namespace

std::span<const CallRule> call_rules() noexcept { return kRules; }
std::span<const std::uint32_t> allowed_controls() noexcept { return kControls; }
std::span<const DriverKind> driver_kinds() noexcept { return kDriverKinds; }
std::span<const std::uint32_t> refused_options() noexcept { return kOptions; }

}  // namespace inferpool::worker
