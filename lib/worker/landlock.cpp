// SPDX-License-Identifier: Apache-2.0
#include "worker/landlock.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <stdexcept>

#include "core/file_descriptor.hpp"
#include "core/format.hpp"
#include "core/system_error.hpp"

namespace inferpool::worker {
namespace {

// The kernel's interface up to its fourth version; older headers lack parts of it.
constexpr long kCreateRuleset = 444;
constexpr long kAddRule = 445;
constexpr long kRestrictSelf = 446;
constexpr std::uint32_t kAskVersion = 1;
constexpr int kPathBeneath = 1;
constexpr long kLeastVersion = 2;  // version 1 forbids to rename into another folder

struct Ruleset {
  std::uint64_t handled_files;
  std::uint64_t handled_network;  // from version 4 on
};
struct [[gnu::packed]] PathRule {
  std::uint64_t allowed;
  std::int32_t parent;
};

enum FileRight : std::uint64_t {
  kExecute = 1U << 0,
  kWriteFile = 1U << 1,
  kRemoveFolder = 1U << 4,
  kRemoveFile = 1U << 5,
  kMakeCharacterDevice = 1U << 6,
  kMakeFolder = 1U << 7,
  kMakeFile = 1U << 8,
  kMakeSocket = 1U << 9,
  kMakePipe = 1U << 10,
  kMakeBlockDevice = 1U << 11,
  kMakeLink = 1U << 12,
  kRefer = 1U << 13,          // from version 2 on
  kTruncate = 1U << 14,       // from version 3 on
  kControlDevice = 1U << 15,  // from version 5 on
};
enum NetworkRight : std::uint64_t { kBindTcp = 1U << 0, kConnectTcp = 1U << 1 };

constexpr std::uint64_t kAnyWriting = kExecute | kWriteFile | kRemoveFolder | kRemoveFile |
                                      kMakeCharacterDevice | kMakeFolder | kMakeFile | kMakeSocket |
                                      kMakePipe | kMakeBlockDevice | kMakeLink | kRefer;

long version() {
  const long result = syscall(kCreateRuleset, nullptr, 0, kAskVersion);
  if (result >= kLeastVersion) return result;
  throw std::runtime_error(
      result < 0 ? core::formatted("this system has no Landlock, or forbids it ({})",
                                   core::system_failure("landlock_create_ruleset", errno))
                 : core::formatted("this system's Landlock is version {}, and version {} is needed",
                                   result, kLeastVersion));
}

core::FileDescriptor make_ruleset(const Ruleset& ruleset, std::size_t size) {
  core::FileDescriptor fd(static_cast<int>(syscall(kCreateRuleset, &ruleset, size, 0)));
  if (!fd) throw std::runtime_error(core::system_failure("landlock_create_ruleset", errno));
  return fd;
}

void enter(const core::FileDescriptor& ruleset) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    throw std::runtime_error(core::system_failure("prctl(PR_SET_NO_NEW_PRIVS)", errno));
  if (syscall(kRestrictSelf, ruleset.get(), 0) != 0)
    throw std::runtime_error(core::system_failure("landlock_restrict_self", errno));
}

}  // namespace

void enter_own_domain() {
  version();
  // A domain must handle some right. Every domain refuses this one unless it grants it, so this
  // domain grants it everywhere.
  const core::FileDescriptor ruleset = make_ruleset({kRefer, 0}, sizeof(std::uint64_t));
  const core::FileDescriptor root(open("/", O_PATH | O_CLOEXEC));
  const PathRule everywhere{kRefer, root.get()};
  if (syscall(kAddRule, ruleset.get(), kPathBeneath, &everywhere, 0) != 0)
    throw std::runtime_error(core::system_failure("landlock_add_rule", errno));
  enter(ruleset);
}

void forbid_writing() {
  const long known = version();
  Ruleset ruleset{kAnyWriting, 0};
  if (known >= 3) ruleset.handled_files |= kTruncate;
  if (known >= 5) ruleset.handled_files |= kControlDevice;
  if (known >= 4) ruleset.handled_network = kBindTcp | kConnectTcp;
  enter(make_ruleset(ruleset, known >= 4 ? sizeof(Ruleset) : sizeof(std::uint64_t)));
}

}  // namespace inferpool::worker
