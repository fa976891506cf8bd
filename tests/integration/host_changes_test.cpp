// SPDX-License-Identifier: Apache-2.0
// A host may change what its children inherit at any time. Every worker starts with what was set
// when its pool was made, and no thread of the pool reads these values while they change.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <locale>
#include <thread>

#include "catch.hpp"
#include "integration/faulty_calls.hpp"
#include "workers/surrounded.hpp"

namespace inferpool::test {
namespace {

constexpr const char* kVariable = "INFERPOOL_TEST_HOST";

// Saves these values of the test process and restores them at the end.
class Restored {
 public:
  Restored() : folder_(std::filesystem::current_path()), mask_(::umask(027)) {
    for (char** entry = environ; *entry != nullptr; ++entry) environment_.emplace_back(*entry);
  }
  Restored(const Restored&) = delete;
  Restored& operator=(const Restored&) = delete;
  ~Restored() {
    ::clearenv();
    for (std::string& entry : environment_) {
      const auto equals = entry.find('=');
      ::setenv(entry.substr(0, equals).c_str(), entry.substr(equals + 1).c_str(), 1);
    }
    std::setlocale(LC_ALL, "C");
    std::locale::global(std::locale::classic());
    ::signal(SIGUSR1, SIG_DFL);
    std::filesystem::current_path(folder_);
    ::umask(mask_);
  }

 private:
  std::vector<std::string> environment_;
  std::filesystem::path folder_;
  mode_t mask_;
};

// Writes numbers in a way that no reader of this library expects.
struct OddNumbers : std::numpunct<char> {
  char do_decimal_point() const override { return '7'; }
  char do_thousands_sep() const override { return '0'; }
  std::string do_grouping() const override { return "\1"; }
};

// Changes all inherited values again and again until it is destroyed.
class Changes {
 public:
  Changes() : thread_([this](const std::stop_token& stop) { run(stop); }) {
    REQUIRE(eventually([&] { return rounds_ > 10; }));
  }

 private:
  void run(const std::stop_token& stop) {
    const std::locale odd(std::locale::classic(), new OddNumbers);
    for (int i = 0; !stop.stop_requested(); ++i, ++rounds_) {
      ::setenv(("INFERPOOL_TEST_" + std::to_string(i)).c_str(), "value", 1);
      ::setenv(kVariable, "changed", 1);
      if (i % 500 == 499) ::clearenv();
      static_cast<void>(::chdir(i % 2 == 0 ? "/" : "/proc"));
      ::umask(i % 2 == 0 ? 0 : 077);
      std::setlocale(LC_ALL, i % 2 == 0 ? "C" : "C.UTF-8");
      std::locale::global(i % 2 == 0 ? odd : std::locale::classic());
      ::signal(SIGUSR1, i % 2 == 0 ? SIG_IGN : SIG_DFL);
    }
  }

  std::atomic<int> rounds_{0};
  std::jthread thread_;
};

// Drops the pid, which differs for each worker.
std::string rest_of(const std::string& answer) { return answer.substr(answer.find(' ')); }

TEST_CASE(
    "every worker is started with the environment, folder and umask from when its pool was made",
    "[H5]") {
  const Restored restored;
  const ScratchFolder folder;
  const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  std::filesystem::create_symlink(program / "surrounded_worker", folder / "worker");
  std::filesystem::current_path(folder / "");
  ::setenv(kVariable, "from the host", 1);
  Settings settings = faulty_settings(1);
  settings.worker = "./worker";  // found in the host's working folder
  settings.poison_memory = 0s;
  Pool<Surrounded> pool(settings);
  const std::string first = pool.infer(kVariable);
  CHECK_THAT(first, contains("from the host"));
  CHECK_THAT(first, contains(std::filesystem::path(folder / "").parent_path().filename().string()));
  CHECK_THAT(first, contains(" 027 "));
  {
    const Changes changes;
    for (std::uint64_t round = 1; round <= 20; ++round) {
      REQUIRE(::kill(std::stoi(pool.infer(kVariable)), SIGKILL) == 0);
      REQUIRE(ready_again(pool, round));
      const std::string successor = pool.infer(kVariable);
      CHECK(std::stoi(successor) != std::stoi(first));
      CHECK(rest_of(successor) == rest_of(first));
    }
  }
}

}  // namespace
}  // namespace inferpool::test
