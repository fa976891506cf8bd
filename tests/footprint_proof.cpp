// SPDX-License-Identifier: Apache-2.0
// What a Footprint counts, each with a known case: before the first one of a run is taken, and the
// test case is skipped where one of them is blind.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <future>
#include <memory>
#include <thread>
#include <utility>

#include "core/file_descriptor.hpp"
#include "integration/processes.hpp"
#include "skipped.hpp"

namespace inferpool::test {
namespace {

// One of each thing that a Footprint counts.
struct OneOfEach {
  void fork_one() {
    child = ::fork();
    if (child == 0) {
      for (;;) ::pause();
    }
  }
  void open_one() { file = core::FileDescriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }
  void map_one() {
    const core::FileDescriptor region(::memfd_create("inferpool-proof", MFD_CLOEXEC));
    if (::ftruncate(region.get(), kPage) != 0) return;
    mapping = ::mmap(nullptr, kPage, PROT_READ, MAP_SHARED, region.get(), 0);
  }
  void start_one() {
    thread = std::thread([end = end.get_future()] { end.wait(); });
  }
  OneOfEach() = default;
  OneOfEach(const OneOfEach&) = delete;
  OneOfEach& operator=(const OneOfEach&) = delete;
  ~OneOfEach() {
    end.set_value();
    if (thread.joinable()) thread.join();
    if (mapping != MAP_FAILED) ::munmap(mapping, kPage);
    if (child > 0 && ::kill(child, SIGKILL) == 0) ::waitpid(child, nullptr, 0);
  }

  static constexpr std::size_t kPage = 4096;
  pid_t child = -1;
  core::FileDescriptor file;
  void* mapping = MAP_FAILED;
  std::promise<void> end;
  std::thread thread;
};

// `read` counts things of this process, one of which `take` takes.
template <typename Read>
bench::Instrument count_of(const char* name, const Read& read, void (OneOfEach::*take)()) {
  const auto one = std::make_shared<OneOfEach>();
  return {name,
          [read](const bench::Instrument::Code& code) {
            const auto before = static_cast<double>(read());
            code();
            return static_cast<double>(read()) - before;
          },
          {[one, take] { (one.get()->*take)(); }, 1, 1}};
}

void prove() {
  static bool done = false;
  if (std::exchange(done, true)) return;
  skipped_as_blind(count_of(
      "children", [] { return children_of(getpid()).size(); }, &OneOfEach::fork_one));
  skipped_as_blind(count_of(
      "descriptors", [] { return descriptors_of(getpid()).size(); }, &OneOfEach::open_one));
  skipped_as_blind(count_of("mapped regions", mapped_regions, &OneOfEach::map_one));
  skipped_as_blind(count_of("threads", threads, &OneOfEach::start_one));
}

[[maybe_unused]] const bool set = (prove_footprint = prove, true);

}  // namespace
}  // namespace inferpool::test
